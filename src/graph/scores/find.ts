import { ModelError } from '../../base/errors.js';
import type { Constant, Node } from '../../onnx/graph.js';
import type { Lowered } from '../lower.js';
import type { ValueType } from '../value-type.js';
import { describeScore } from './describe.js';
import { type Head, type HeadStep, headOf, isHead } from './head.js';
import { joinedHeads } from './joined-heads.js';
import type { Score, ScoreKind } from './score.js';
import { ScoreWriter } from './score-writer.js';
import { type Tail, tailOf } from './tail.js';

/** A graph with the scores that are explained. */
export interface Scored {
  readonly nodes: readonly Node[];
  readonly constants: ReadonlyMap<string, Constant>;
  readonly types: ReadonlyMap<string, ValueType>;
  /** Name of the scores, [N, classCount]. */
  readonly logits: string;
  readonly classCount: number;
  readonly score: Score;
}

/** Whether a value is one score per class, or one score. */
export function isScore(type: ValueType | undefined): boolean {
  if (type === undefined || !type.batched || type.dtype !== 'float32') return false;
  return type.dims.filter((dim) => dim > 1).length <= 1;
}

/**
 * The scores of a classifier with one output, as [N, classes]. The score of a class is its value before softmax (Grad-CAM,
 * section 3) unless another kind is asked for.
 * @param input name of the graph's input
 * @throws ModelError when the output is not one score per class
 */
export function findScores(lowered: Lowered, input: string, kind: ScoreKind): Scored {
  const [output] = lowered.outputs;
  const type = lowered.types.get(output!);
  if (output === undefined || !isScore(type)) {
    const shape = type === undefined ? '?' : [...(type.batched ? ['N'] : []), ...type.dims].join(',');
    throw new ModelError(
      `the model is not a classifier: no output has one score per class (outputs: \`${output}\` [${shape}])`,
    );
  }
  const tail = tailOf(lowered, output, input);
  const head = headOf(tail);
  const joined = head.steps.length === 0 ? joinedHeads(lowered, output, input, kind) : undefined;
  if (joined !== undefined) return { ...joined.writer.finish(joined.value), score: joined.score };
  const w = new ScoreWriter(lowered, output);
  const single = head.steps.some(({ does }) => isPair(does)) || w.sizeOf(output) === 1;
  const value = scoresAs(kind, w, tail, head, single);
  return { ...w.finish(value), score: describeScore(kind, tail, head, single) };
}

function isPair(does: HeadStep['does'] | undefined): does is 'pair' | 'pair-reversed' {
  return does === 'pair' || does === 'pair-reversed';
}

/** Writes the scores of a kind, [N, classes]; a single score becomes those of two classes. */
function scoresAs(
  kind: ScoreKind,
  w: ScoreWriter,
  tail: Tail,
  { steps, logits }: Head,
  single: boolean,
): string {
  const last = steps.findLastIndex(({ does }) => isHead(does));
  const head = steps[last];
  const pair = isPair(head?.does) ? head?.does : undefined;
  // Of a single score z first the score itself, then both.
  const both = (not: string, is: string) => w.joined(pair === 'pair-reversed' ? [is, not] : [not, is]);
  const negated = head?.does === 'negated-sigmoid';
  const z = () => {
    const value = tail.values[logits]!;
    const flat = single ? w.flat(value) : w.arranged(tail, steps, value);
    return negated ? w.add('Neg', [flat]) : flat;
  };
  const given = () => (head === undefined || negated ? z() : w.flat(tail.values[head.from]!));
  switch (kind) {
    case 'logit': {
      if (!single) return z();
      const turned = negated || pair === 'pair-reversed';
      return w.linearPair(tail.values[logits]!, turned ? [1, -1] : [-1, 1]) ?? both(w.add('Neg', [z()]), z());
    }
    case 'output': {
      const whole = w.flat(tail.values[0]!);
      if (!single || pair !== undefined) return whole;
      // What the file would give of −z: for a head 1 − p, and whatever stands behind it done to that as well.
      const not = w.behind(tail, logits, w.add('Neg', [tail.values[logits]!]));
      return both(w.flat(not), whole);
    }
    case 'probability': {
      if (pair !== undefined) return w.flat(tail.values[head!.to]!);
      if (single) {
        const p =
          head?.does === 'sigmoid' || negated ? w.flat(tail.values[head.to]!) : w.add('Sigmoid', [given()]);
        return both(w.complement(p), p);
      }
      if (head === undefined) return w.along('Softmax', z());
      const own = head.does === 'softmax' || head.does === 'sigmoid' || negated;
      const p = own ? tail.values[head.to]! : w.add('Exp', [tail.values[head.to]!]);
      return w.arranged(tail, steps.slice(last + 1), p);
    }
    case 'log-probability': {
      if (single) return both(w.logSigmoid(w.add('Neg', [given()])), w.logSigmoid(given()));
      if (head === undefined) return w.along('LogSoftmax', z());
      const sigmoid = head.does === 'sigmoid' || head.does === 'log-sigmoid' || negated;
      const p = sigmoid ? w.logSigmoid(given()) : w.along('LogSoftmax', given());
      return w.arranged(tail, steps.slice(last + 1), p);
    }
  }
}
