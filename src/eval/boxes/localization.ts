import { type Box, iou } from '../../base/box.js';
import type { ObjectTruth } from '../../base/sample.js';

/** One of the network's guesses, best first. */
export interface Guess {
  /** Index into the data set's classes. */
  readonly classIndex: number;
  /** In pixels of the stored image; undefined when the map pointed nowhere, which is a wrong localization. */
  readonly box: Box | undefined;
}

export interface JudgeOptions {
  /** Least IoU of a right box, in [0, 1]; exactly this much is right. */
  readonly iou: number;
  /** Numbers of guesses to report errors for. */
  readonly top: readonly number[];
  /** Keeps the image out of the localization denominator (ILSVRC devkit blacklist). Default false. */
  readonly blacklisted?: boolean;
}

/** One image's outcome; the lists of errors follow the order of `top`. */
export interface LocalizationDecision {
  /** 1 when none of the first k guesses names a label of the image, else 0. */
  readonly classification: readonly (0 | 1)[];
  /** 0 when one of the first k guesses is right in class and box, else 1; undefined: the image does not count. */
  readonly localization: readonly (0 | 1)[] | undefined;
  /** Per guess, the best IoU with a ground-truth box of the guessed class, in [0, 1]; 0 when there is none. */
  readonly bestIou: readonly number[];
}

/**
 * Judges one image as the ILSVRC devkit does (`eval_clsloc.m`). A guess is wrong when its class is wrong or its box
 * has IoU < `iou` with every ground-truth box of that class. The image's error is the least over its first k guesses.
 * Images that are blacklisted or have no ground-truth box count for classification only.
 *
 * Fewer than k guesses are judged as they are.
 *
 * @param labels the image-level classes
 */
export function judgeGuesses(
  guesses: readonly Guess[],
  truth: readonly Pick<ObjectTruth, 'classIndex' | 'box'>[],
  labels: readonly number[],
  options: JudgeOptions,
): LocalizationDecision {
  const bestIou = guesses.map((guess) => bestOverlap(guess, truth));
  const hasClass = guesses.map(({ classIndex }) => labels.includes(classIndex));
  const isRight = guesses.map(({ classIndex, box }, i) => {
    const classIsTrue = truth.some((object) => object.classIndex === classIndex);
    return box !== undefined && classIsTrue && bestIou[i]! >= options.iou;
  });
  const counts = !options.blacklisted && truth.length > 0;
  return {
    classification: options.top.map((k) => errorOf(hasClass, k)),
    localization: counts ? options.top.map((k) => errorOf(isRight, k)) : undefined,
    bestIou,
  };
}

function bestOverlap(
  { classIndex, box }: Guess,
  truth: readonly Pick<ObjectTruth, 'classIndex' | 'box'>[],
): number {
  let best = 0;
  if (box === undefined) return best;
  for (const object of truth) {
    if (object.classIndex === classIndex) best = Math.max(best, iou(box, object.box));
  }
  return best;
}

function errorOf(isRight: readonly boolean[], k: number): 0 | 1 {
  return isRight.slice(0, k).includes(true) ? 0 : 1;
}
