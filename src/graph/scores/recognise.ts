import { probabilitiesOver, sigmoid } from '../../base/probabilities.js';

/*
 * What a piece of a network's end computes, told from samples: `from` and `to` hold the numbers before and behind it for
 * some made-up images, a row each.
 */

type Rows = readonly (readonly number[])[];

/**
 * Softmax and Sigmoid and their logarithms; `negated-sigmoid`: 1 − σ; `pair`: (1 − σ, σ) of a single score;
 * `pair-reversed`: (σ, 1 − σ).
 */
export type HeadKind =
  | 'softmax'
  | 'log-softmax'
  | 'sigmoid'
  | 'log-sigmoid'
  | 'negated-sigmoid'
  | 'pair'
  | 'pair-reversed';

/** float32 constants on the way leave some 1e-7; networks add 1e-7 or so against log 0. */
const near = (a: number, b: number) => Math.abs(a - b) <= 2e-5 + 1e-4 * Math.abs(b);

const HEADS: Readonly<Record<HeadKind, (row: readonly number[]) => readonly number[]>> = {
  softmax: (row) => normalised('softmax', row),
  'log-softmax': (row) => normalised('log-softmax', row),
  sigmoid: (row) => row.map(sigmoid),
  'log-sigmoid': (row) => normalised('log-sigmoid', row),
  'negated-sigmoid': (row) => row.map((z) => sigmoid(-z)),
  pair: ([z]) => [1 - sigmoid(z!), sigmoid(z!)],
  'pair-reversed': ([z]) => [sigmoid(z!), 1 - sigmoid(z!)],
};

function normalised(kind: 'softmax' | 'log-softmax' | 'log-sigmoid', row: readonly number[]) {
  // float64 all the same: the type only says what scores usually come in.
  const scores = Float64Array.from(row) as unknown as Float32Array;
  return row.map(probabilitiesOver([kind], scores));
}

const ELEMENTWISE = ['sigmoid', 'log-sigmoid', 'negated-sigmoid'] as const;

/** The score head that gives exactly these numbers; undefined when none does. */
export function headBetween(from: Rows, to: Rows): HeadKind | undefined {
  const [before, behind] = [from[0]?.length ?? 0, to[0]?.length ?? 0];
  const kinds: readonly HeadKind[] =
    before === 1 && behind === 2
      ? ['pair', 'pair-reversed']
      : before !== behind
        ? []
        : before === 1
          ? ELEMENTWISE
          : ['softmax', 'log-softmax', ...ELEMENTWISE];
  return kinds.find((kind) =>
    from.every((row, i) => HEADS[kind](row).every((value, j) => near(to[i]![j]!, value))),
  );
}

export function isSame(from: Rows, to: Rows): boolean {
  return from.every(
    (row, i) => row.length === to[i]!.length && row.every((value, j) => near(to[i]![j]!, value)),
  );
}

/** Every number behind is one of those before, at the same place for all images: a choice or another order of them. */
export function isChoice(from: Rows, to: Rows): boolean {
  const [before, behind] = [from[0]?.length ?? 0, to[0]?.length ?? 0];
  if (behind === 0 || behind > before) return false;
  // Tens of thousands of classes: each is looked up by its numbers, none searched for among the others.
  const columns = (rows: Rows, width: number) =>
    Array.from({ length: width }, (_, i) => rows.map((row) => row[i]!).join());
  const left = new Map<string, number>();
  for (const column of columns(from, before)) left.set(column, (left.get(column) ?? 0) + 1);
  return columns(to, behind).every((column) => {
    const count = left.get(column) ?? 0;
    left.set(column, count - 1);
    return count > 0;
  });
}

/** How one function of a single score, the same for all classes, runs; undefined when the piece is none that rises. */
export interface Rising {
  /** It ends on both sides: scores that are sure enough all become the same. */
  readonly bounded: boolean;
  /** Between its bounds it leaves the scores as they are. */
  readonly clips: boolean;
  /** a·x + b */
  readonly straight: boolean;
}

export function rising(from: Rows, to: Rows): Rising | undefined {
  const points = from.flatMap((row, i) => row.map((x, j) => ({ x, y: to[i]![j]! })));
  if (from.some((row, i) => row.length !== to[i]!.length)) return undefined;
  if (points.some(({ x, y }) => !Number.isFinite(x) || Number.isNaN(y))) return undefined;
  points.sort((a, b) => a.x - b.x);
  const [first, last] = [points[0]!, points.at(-1)!];
  const range = last.y - first.y;
  if (!(range > 0)) return undefined;
  const slack = 1e-9 * Math.max(1, Math.abs(first.y), Math.abs(last.y));
  for (let i = 1; i < points.length; i++) {
    const [a, b] = [points[i - 1]!, points[i]!];
    if (b.y < a.y - slack || (b.x === a.x && Math.abs(b.y - a.y) > slack)) return undefined;
  }
  const tenth = Math.max(1, Math.floor(points.length / 20));
  const flat = (a: { x: number; y: number }, b: { x: number; y: number }) =>
    b.y - a.y < 0.02 * range && b.x - a.x > 0.02 * (last.x - first.x);
  const bounded = flat(first, points[tenth]!) && flat(points[points.length - 1 - tenth]!, last);
  const clips = points.every(({ x, y }) => near(y, x) || near(y, first.y) || near(y, last.y));
  const slope = range / (last.x - first.x);
  const straight = points.every(
    ({ x, y }) => Math.abs(first.y + slope * (x - first.x) - y) <= 1e-5 * Math.max(range, Math.abs(y)),
  );
  return { bounded, clips: bounded && clips, straight };
}

/** Each number behind is a·x + b of the one before it, a and b its own. */
export function isStraightPerClass(from: Rows, to: Rows): boolean {
  const width = from[0]?.length ?? 0;
  if (to[0]?.length !== width) return false;
  return Array.from({ length: width }, (_, j) => j).every((j) => {
    const [xs, ys] = [from.map((row) => row[j]!), to.map((row) => row[j]!)];
    const [low, high] = [xs.indexOf(Math.min(...xs)), xs.indexOf(Math.max(...xs))];
    const slope = (ys[high]! - ys[low]!) / (xs[high]! - xs[low]!);
    // Whatever it is given, the same comes out.
    if (Math.abs(ys[high]! - ys[low]!) <= 1e-9) return false;
    return xs.every(
      (x, i) => Math.abs(ys[low]! + slope * (x - xs[low]!) - ys[i]!) <= 1e-5 * (1 + Math.abs(ys[i]!)),
    );
  });
}
