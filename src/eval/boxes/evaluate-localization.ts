import type { Box } from '../../base/box.js';
import type { Heatmap } from '../../base/heatmap.js';
import type { ObjectTruth } from '../../base/sample.js';
import type { InputGeometry } from '../../images/geometry.js';
import { checkedMap } from '../maps/checked-map.js';
import { type BootstrapOptions, DEFAULT_BOOTSTRAP } from '../statistics/bootstrap.js';
import { checkBootstrap, checkRange } from '../statistics/checked-options.js';
import { bootstrapRate } from '../statistics/rates.js';
import { boxOfMap } from './box-of-map.js';
import { DEFAULT_BOX_RULE } from './default-rule.js';
import type { BoxRule } from './largest-box.js';
import { judgeGuesses, type LocalizationDecision } from './localization.js';
import { LocalizationEvaluator, type Measure } from './localization-evaluator.js';
import type { Outcomes } from './outcomes.js';

/** A guess with its map, or with the box itself. With neither it is a wrong localization. */
export interface LocalizationGuess {
  /** Index into the data set's classes. */
  readonly classIndex: number;
  /** Over the network's input; it becomes a box by the rule. */
  readonly map?: Heatmap | undefined;
  /** In pixels of the stored image. It goes before a map. */
  readonly box?: Box | undefined;
}

/** One image, as localization error sees it. */
export interface LocalizationImage {
  /** Best first; as many as the largest k of `top`, or all that the network has. */
  readonly guesses: readonly LocalizationGuess[];
  /** The objects, their boxes in pixels of the stored image. */
  readonly truth: readonly Pick<ObjectTruth, 'classIndex' | 'box'>[];
  /** The classes of the image; by default those of its objects. */
  readonly labels?: readonly number[] | undefined;
  /** How image and network input lie on each other; `wholeImage` makes it for a map of the whole image. */
  readonly geometry: InputGeometry;
  /** Left out of the localization error, kept in the classification error. */
  readonly blacklisted?: boolean | undefined;
}

/** The protocol; each key has the paper's value by default. */
export interface LocalizationOptions {
  /** The k of the top-k errors, by default 1 and 5. */
  readonly top?: readonly number[] | undefined;
  /** Least intersection over union of a right box, in (0, 1]; 0.5 by default. */
  readonly iou?: number | undefined;
  /** How a map becomes a box, by default the paper's 15 % rule. `grabcut` needs the picture, and is refused here. */
  readonly rule?: BoxRule | undefined;
  /** Replicates, seed and level of the intervals. */
  readonly bootstrap?: BootstrapOptions | undefined;
  /** Stops between two images. */
  readonly signal?: AbortSignal | undefined;
}

/** A share of wrong images in per cent, with its interval. All but `n` and `errors` are undefined where no image counts. */
export interface ErrorEstimate {
  readonly n: number;
  readonly errors: number;
  readonly percent: number | undefined;
  readonly low: number | undefined;
  readonly high: number | undefined;
}

export interface LocalizationResult {
  readonly images: number;
  /** One for each k, in the order of `top`. */
  readonly top: readonly {
    readonly k: number;
    readonly classification: ErrorEstimate;
    readonly localization: ErrorEstimate;
  }[];
  /** What was decided about each image, in the images' order. */
  readonly decisions: readonly LocalizationDecision[];
  /** Per image 1 wrong, 0 right, 255 not counted: what `pairedDifference` compares. @throws RangeError for another k */
  readonly outcomes: (measure: Measure, k: number) => Outcomes;
}

/**
 * Classification and localization error of a stream of images, as `bench run` computes them: maps become boxes by the
 * rule, boxes are judged as in ILSVRC, and the errors get bootstrap intervals over images. Maps are not kept.
 * @throws RangeError for a map that does not fit its size, and for an option out of its range; the signal's reason when it is aborted
 */
export async function evaluateLocalization(
  images: Iterable<LocalizationImage> | AsyncIterable<LocalizationImage>,
  options: LocalizationOptions = {},
): Promise<LocalizationResult> {
  const { top = [1, 5], iou = 0.5, rule = DEFAULT_BOX_RULE, bootstrap = DEFAULT_BOOTSTRAP, signal } = options;
  if (rule.rule === 'grabcut') {
    throw new RangeError('rule grabcut needs the pictures: draw its boxes yourself and give them');
  }
  checkRange(iou > 0 && iou <= 1, 'iou', iou, 'more than 0 and at most 1');
  checkBootstrap(bootstrap);
  const decisions: LocalizationDecision[] = [];
  signal?.throwIfAborted();
  for await (const { guesses, truth, labels, geometry, blacklisted = false } of images) {
    signal?.throwIfAborted();
    const boxes = guesses.map(({ classIndex, map, box }) => ({
      classIndex,
      box: box ?? (map === undefined ? undefined : boxOfMap(checkedMap(map), geometry, rule)),
    }));
    const own = labels ?? truth.map(({ classIndex }) => classIndex);
    decisions.push(judgeGuesses(boxes, truth, own, { iou, top, blacklisted }));
  }
  const evaluator = new LocalizationEvaluator(decisions.length, top);
  for (const [position, decision] of decisions.entries()) evaluator.add(position, decision);
  const estimate = (measure: Measure, k: number, { n, errors, percent }: Rate): ErrorEstimate => {
    const interval = bootstrapRate(evaluator.outcomes(measure, k), bootstrap);
    return { n, errors, percent, low: interval?.low, high: interval?.high };
  };
  return {
    images: decisions.length,
    top: evaluator.compute().map(({ k, classification, localization }) => ({
      k,
      classification: estimate('classification', k, classification),
      localization: estimate('localization', k, localization),
    })),
    decisions,
    outcomes: (measure, k) => evaluator.outcomes(measure, k),
  };
}

type Rate = ReturnType<LocalizationEvaluator['compute']>[number]['localization'];
