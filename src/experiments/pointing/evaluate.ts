import type { NetworkRecords, RunRecords } from '../../eval/experiment.js';
import type { Interval } from '../../eval/statistics/bootstrap.js';
import { type ClassValue, classMean } from '../../eval/statistics/class-accuracy.js';
import { type RejectPoint, rejectCurve } from '../../eval/statistics/reject-curve.js';
import type { Cue, PointedGuess, PointingRecord } from './record.js';

export type Run = RunRecords<PointingRecord>;

const SUBSETS = ['all', 'difficult'] as const;
export type Subset = (typeof SUBSETS)[number];

/** What a row is of: an output of a network, or the image's centre. */
export interface RowName {
  readonly network: string;
  readonly paper: string | undefined;
  readonly method: string;
  readonly layer: string;
}

export interface PointingRow extends RowName {
  readonly subset: Subset;
  /** Classes that occur. */
  readonly classes: number;
  /** Pairs of an image and a class. */
  readonly cues: number;
  /** In %. */
  readonly accuracy: Interval | undefined;
  /** In %; of the centre that of a map that is the same everywhere. */
  readonly energy: Interval | undefined;
}

/** Hits and cues of one class. */
export interface ClassRow extends RowName {
  readonly subset: Subset;
  readonly classIndex: number;
  readonly cues: number;
  readonly hits: number;
}

export interface RejectRow extends RowName {
  readonly images: number;
  readonly guesses: number;
  readonly curve: readonly RejectPoint[];
}

export interface PointingResult {
  readonly rows: readonly PointingRow[];
  readonly classes: readonly ClassRow[];
  readonly rejects: readonly RejectRow[];
}

export const CENTER = 'center';

/** Network by network: the centre first, then the outputs in the configuration's order. */
export async function evaluatePointing(run: Run): Promise<PointingResult> {
  const rows: PointingRow[] = [];
  const classes: ClassRow[] = [];
  const rejects: RejectRow[] = [];
  for (const network of run.networks) {
    const images: PointingRecord[] = [];
    for await (const { record } of network.records()) images.push(record);
    for (const { name, hit, energy, output } of pointers(network)) {
      for (const subset of SUBSETS) {
        const own = images.map(({ cues }) => cues.filter(({ difficult }) => subset === 'all' || difficult));
        const values = (of: (cue: Cue) => number) =>
          own.map((cues) => cues.map((cue): ClassValue => ({ class: cue.class, value: of(cue) })));
        const all = own.flat();
        const found = perClass(all, hit);
        rows.push({
          ...{ ...name, subset, classes: found.length, cues: all.length },
          accuracy: classMean(values(hit), run.bootstrap),
          energy: classMean(values(energy), run.bootstrap),
        });
        classes.push(...found.map((one) => ({ ...name, subset, ...one })));
      }
      if (output !== undefined) rejects.push(...rejectRow(run, name, images, output));
    }
  }
  return { rows, classes, rejects };
}

interface Pointer {
  readonly name: RowName;
  readonly hit: (cue: Cue) => number;
  readonly energy: (cue: Cue) => number;
  readonly output?: number;
}

function pointers({ name: network, paper, outputs }: NetworkRecords<PointingRecord>): readonly Pointer[] {
  return [
    {
      name: { network, paper, method: CENTER, layer: '' },
      hit: ({ center }) => center,
      energy: ({ covered }) => covered,
    },
    ...outputs.map(
      ({ method, layer }, output): Pointer => ({
        name: { network, paper, method, layer },
        hit: (cue) => cue.hit[output]!,
        energy: (cue) => cue.energy[output]!,
        output,
      }),
    ),
  ];
}

function perClass(cues: readonly Cue[], hit: (cue: Cue) => number) {
  const found = new Map<number, { cues: number; hits: number }>();
  for (const cue of cues) {
    const own = found.get(cue.class) ?? { cues: 0, hits: 0 };
    found.set(cue.class, { cues: own.cues + 1, hits: own.hits + hit(cue) });
  }
  return [...found].sort(([a], [b]) => a - b).map(([classIndex, own]) => ({ classIndex, ...own }));
}

function rejectRow(
  run: Run,
  name: RowName,
  images: readonly PointingRecord[],
  output: number,
): readonly RejectRow[] {
  const seen = (one: PointedGuess) => ({
    present: one.present === 1,
    peak: one.peak[output]!,
    hit: one.hit[output] === 1,
  });
  const guesses = images.map((image) => image.guesses.map(seen)).filter(({ length }) => length > 0);
  const curve = rejectCurve(guesses, run.bootstrap);
  if (curve.length === 0) return [];
  return [{ ...name, images: guesses.length, guesses: guesses.flat().length, curve }];
}
