import { seededRandom } from '../../base/random.js';
import { type GtKnownMeasures, gtKnownMeasures } from '../../eval/boxes/gt-known.js';
import type { ExplainedClass, ExplainedImage, JudgedNetwork } from '../../eval/experiment.js';
import { thumbnail } from '../../eval/maps/thumbnail.js';
import { absentClass, seedOf, type TargetRule } from '../../eval/perturbation/absent-class.js';
import { type AttackOptions, attack } from '../../eval/perturbation/attack.js';
import { likeliestLabel } from '../../eval/perturbation/likeliest.js';
import { roundTo } from '../../eval/round-to.js';
import { spearman } from '../../eval/statistics/rank-correlation.js';
import { pixelsOf } from '../../images/pixel-scale.js';
import { seenPicture } from '../kept-picture.js';
import type { BoxDrawer } from '../localization/drawer.js';

export interface AdversarialOptions extends AttackOptions {
  readonly target: TargetRule;
  readonly seed: number;
}

/** What the journal keeps of an image. */
export interface AdversarialRecord {
  /** Classes of the data set. */
  readonly true: number;
  readonly target: number;
  /** Whether the best guess was right before the attack. */
  readonly right: boolean;
  /** Whether the target has more than the confidence that was asked for. */
  readonly reached: boolean;
  readonly steps: number;
  /** Probabilities of the true class and of the target, before and after. */
  readonly confidence: {
    readonly true: readonly [number, number];
    readonly target: readonly [number, number];
  };
  /** [output][before, after]: the true class's map on its boxes. */
  readonly found: readonly (readonly [GtKnownMeasures, GtKnownMeasures])[];
  /** The energy within the boxes of a map that is the same everywhere, which is their share of what was seen. */
  readonly uniform: number;
  /** [output]: rank correlation of the two maps; null when one of them is flat. */
  readonly correlation: readonly (number | null)[];
  /** The image before and after, and the first output's maps; of right images that the attack reached. */
  readonly pictures?: readonly [string, string];
  readonly maps?: readonly [string, string];
}

const UNIFORM = { data: Float32Array.of(1), width: 1, height: 1 };

/**
 * Attacks the image and looks for the true class again. Null without a box of a known class or an absent one.
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
  const classIndex = likeliestLabel(truth.labels, network, scores);
  if (classIndex === undefined) return null;
  const boxes = truth.objects.filter((object) => object.classIndex === classIndex).map(({ box }) => box);
  const target = absentClass(truth, network, scores, own.target, own.seed);
  if (boxes.length === 0 || target === undefined) return null;

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
  const [attacked] = await image.score(result.image, 1);
  const [[before]] = (await image.explain(input, 1, [classIndex])) as [[ExplainedClass]];
  const [[after]] = (await image.explain(result.image, 1, [classIndex])) as [[ExplainedClass]];
  const right = truth.labels.includes(image.top[0]!.classIndex);
  const pair = (index: number) =>
    [scores, attacked!].map(({ probability }) => roundTo(probability(index), 6)) as [number, number];
  const draw = await drawer.on({ geometry });
  const on = (map: ExplainedClass['map'], output: number): GtKnownMeasures => {
    const { iou, pointed, energy } = gtKnownMeasures(map(output), geometry, boxes, draw(map(output), output));
    return { iou: roundTo(iou, 6), pointed, energy: roundTo(energy, 6) };
  };
  const outputs = [...network.outputs.keys()];
  const kept = right && result.reached;
  return {
    ...{ true: classIndex, target, right, reached: result.reached, steps: result.steps },
    confidence: { true: pair(classIndex), target: pair(target) },
    found: outputs.map((output) => [on(before.map, output), on(after.map, output)]),
    uniform: roundTo(gtKnownMeasures(UNIFORM, geometry, boxes, undefined).energy, 6),
    correlation: outputs.map((output) => {
      const rho = spearman(before.map(output).data, after.map(output).data);
      return rho === undefined ? null : roundTo(rho, 6);
    }),
    ...(kept && {
      pictures: [
        await seenPicture(pixelsOf(input, geometry.input, network.scale), geometry),
        await seenPicture(pixelsOf(result.image, geometry.input, network.scale), geometry),
      ],
      maps: [thumbnail(before.map(0)), thumbnail(after.map(0))],
    }),
  };
}
