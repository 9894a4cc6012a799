import { z } from 'zod';
import { seededRandom } from '../../base/random.js';
import type { ObjectTruth, Sample } from '../../base/sample.js';
import { centerBox } from '../../eval/boxes/center-box.js';
import { type GtKnownMeasures, gtKnownMeasures } from '../../eval/boxes/gt-known.js';
import type {
  ExplainedClass,
  ExplainedImage,
  JudgedNetwork,
  RecordedNetwork,
  Scores,
} from '../../eval/experiment.js';
import { absentClass, seedOf, type TargetRule } from '../../eval/perturbation/absent-class.js';
import { type AttackOptions, attack } from '../../eval/perturbation/attack.js';
import { likeliestLabel } from '../../eval/perturbation/likeliest.js';
import { roundTo } from '../../eval/round-to.js';
import { spearman } from '../../eval/statistics/rank-correlation.js';
import type { BoxDrawer } from '../localization/drawer.js';
import { classIndex, foundRecord, share } from '../record-schemas.js';
import { type ShownAttack, shownAttack, shownRecord } from './shown.js';

export interface AdversarialOptions extends AttackOptions {
  readonly target: TargetRule;
  readonly seed: number;
}

/** Before and after the attack. */
export type Pair<T> = readonly [before: T, after: T];

/** What the journal keeps of an image. */
export interface AdversarialRecord extends Partial<ShownAttack> {
  /** Classes of the data set. */
  readonly true: number;
  readonly target: number;
  /** Whether the best guess was right before the attack. */
  readonly right: boolean;
  /** Whether the target has more than the confidence that was asked for. */
  readonly reached: boolean;
  readonly steps: number;
  /** Probabilities of the true class and of the target. */
  readonly confidence: { readonly true: Pair<number>; readonly target: Pair<number> };
  /** [output]: the true class's map on its boxes. */
  readonly found: readonly Pair<GtKnownMeasures>[];
  /** The energy within the boxes of a map that is the same everywhere, which is their share of what was seen. */
  readonly uniform: number;
  /** Controls on the same boxes: [output] the target's map after the attack, and what looks at the middle alone. */
  readonly targetFound: readonly GtKnownMeasures[];
  readonly center: GtKnownMeasures;
  /** Of an image that shows a second known class: its map on its own boxes, as the dog of the paper's cat and dog. */
  readonly second?: {
    readonly class: number;
    readonly confidence: Pair<number>;
    readonly found: readonly Pair<GtKnownMeasures>[];
  };
  /** [output]: rank correlation of the two maps; null when one of them is flat. */
  readonly correlation: readonly (number | null)[];
}

const UNIFORM = { data: Float32Array.of(1), width: 1, height: 1 };
const MIDDLE = { data: Float32Array.of(0, 0, 0, 0, 1, 0, 0, 0, 0), width: 3, height: 3 };

const boxesOf = ({ objects }: Sample, index: number) =>
  objects.filter((object: ObjectTruth) => object.classIndex === index).map(({ box }) => box);

/** Another labelled class that has boxes: of several the likeliest. */
function secondClass(
  truth: Sample,
  first: number,
  network: JudgedNetwork,
  scores: Scores,
): number | undefined {
  const others = truth.labels.filter((label) => label !== first && boxesOf(truth, label).length > 0);
  return likeliestLabel(others, network, scores);
}

/**
 * Attacks the image and looks for the true classes again. Null without a box of a known class or an absent one.
 * @param drawer by rules that look at no picture
 */
export async function adversarialRecord(
  image: ExplainedImage,
  network: JudgedNetwork,
  own: AdversarialOptions,
  drawer: BoxDrawer,
): Promise<AdversarialRecord | null> {
  const { scores, truth, geometry } = image;
  // Of several true classes, the one that the network believes in most.
  const first = likeliestLabel(truth.labels, network, scores);
  if (first === undefined) return null;
  const boxes = boxesOf(truth, first);
  const target = absentClass(truth, network, scores, own.target, own.seed);
  if (boxes.length === 0 || target === undefined) return null;
  const second = secondClass(truth, first, network, scores);

  const input = image.input();
  // Of several of the network's classes that stand for the target, the likeliest.
  const aim = network
    .members(target)
    .reduce((best, id) => (scores.logits[id]! > scores.logits[best]! ? id : best));
  const result = await attack(
    input,
    scores.logits,
    aim,
    network.scale,
    async (copy, goal, rival) => {
      const answer = await image.gradient(copy, 1, [goal, rival]);
      return { scores: answer.scores[0]!.logits, gradients: answer.gradients };
    },
    { ...own, probability: network.probability },
    seededRandom(seedOf(truth.id, own.seed + 1)),
  );
  const [attacked] = (await image.score(result.image, 1)) as [Scores];
  const classes = [first, target, ...(second === undefined ? [] : [second])];
  const [before] = (await image.explain(input, 1, classes)) as [readonly ExplainedClass[]];
  const [after] = (await image.explain(result.image, 1, classes)) as [readonly ExplainedClass[]];

  const pair = (index: number): Pair<number> => [
    roundTo(scores.probability(index), 6),
    roundTo(attacked.probability(index), 6),
  ];
  const draw = await drawer.on({ geometry });
  const rounded = ({ iou, pointed, energy }: GtKnownMeasures): GtKnownMeasures => {
    return { iou: roundTo(iou, 6), pointed, energy: roundTo(energy, 6) };
  };
  const on = ({ map }: ExplainedClass, output: number, where = boxes) =>
    rounded(gtKnownMeasures(map(output), geometry, where, draw(map(output), output)));
  const outputs = [...network.outputs.keys()];
  const middle = centerBox(geometry.image.width, geometry.image.height);
  const right = truth.labels.includes(image.top[0]!.classIndex);
  return {
    ...{ true: first, target, right, reached: result.reached, steps: result.steps },
    confidence: { true: pair(first), target: pair(target) },
    found: outputs.map((output) => [on(before[0]!, output), on(after[0]!, output)]),
    uniform: roundTo(gtKnownMeasures(UNIFORM, geometry, boxes, undefined).energy, 6),
    targetFound: outputs.map((output) => on(after[1]!, output)),
    center: rounded(gtKnownMeasures(MIDDLE, geometry, boxes, middle)),
    ...(second !== undefined && {
      second: {
        class: second,
        confidence: pair(second),
        found: outputs.map((output): Pair<GtKnownMeasures> => {
          const where = boxesOf(truth, second);
          return [on(before[2]!, output, where), on(after[2]!, output, where)];
        }),
      },
    }),
    correlation: outputs.map((output) => {
      const rho = spearman(before[0]!.map(output).data, after[0]!.map(output).data);
      return rho === undefined ? null : roundTo(rho, 6);
    }),
    ...(right &&
      result.reached &&
      (await shownAttack({
        ...{ geometry, scale: network.scale, inputs: [input, result.image], explained: [before, after] },
        ...{ scores: [scores, attacked], classes },
        boxes: [boxes, second === undefined ? [] : boxesOf(truth, second)],
      }))),
  };
}

/** What a record looks like. */
export function adversarialSchema({ outputs, classes }: RecordedNetwork): z.ZodType {
  const pair = z.tuple([share, share]);
  const ofOutput = <T extends z.ZodType>(value: T) => z.array(value).length(outputs.length);
  const twice = ofOutput(z.tuple([foundRecord, foundRecord]));
  return z
    .strictObject({
      ...{ true: classIndex(classes), target: classIndex(classes) },
      ...{ right: z.boolean(), reached: z.boolean(), steps: z.int().min(0) },
      confidence: z.strictObject({ true: pair, target: pair }),
      found: twice,
      uniform: share,
      targetFound: ofOutput(foundRecord),
      center: foundRecord,
      second: z.strictObject({ class: classIndex(classes), confidence: pair, found: twice }).optional(),
      correlation: ofOutput(z.number().nullable()),
      ...shownRecord,
    })
    .refine(({ pictures, maps, probabilities, boxes, second }) => {
      const kept = [pictures, maps, probabilities, boxes].filter((part) => part !== undefined);
      if (kept.length === 0) return true;
      const count = second === undefined ? 2 : 3;
      return (
        kept.length === 4 &&
        [maps, probabilities].every((part) => part!.every((side) => side.length === count))
      );
    })
    .nullable();
}
