import { type GtKnownMeasures, gtKnownMeasures } from '../../eval/boxes/gt-known.js';
import type { ExplainedClass, ExplainedImage, JudgedNetwork } from '../../eval/experiment.js';
import { thumbnail } from '../../eval/maps/thumbnail.js';
import { likeliest } from '../../eval/perturbation/likeliest.js';
import { roundTo } from '../../eval/round-to.js';
import { type KeptPicture, keptPicture } from '../kept-picture.js';
import type { BoxDrawer } from '../localization/drawer.js';

/** In the place of the predicted class of an image whose maps are in no file. */
export const NO_GUESS = -1;

/** What the journal keeps of an image. */
export interface FailureRecord {
  readonly wrong: boolean;
  /** `NO_GUESS` where there was none. */
  readonly predicted: number;
  readonly true: number;
  /** Of the predicted and of the true class, 0…1. */
  readonly confidence: readonly [number, number];
  /** [output]: IoU, pointing, energy of the true class's map on the true class's boxes. */
  readonly truth: readonly GtKnownMeasures[];
  /** [output]: the predicted class's map on the same boxes. */
  readonly guess: readonly GtKnownMeasures[];
  /** [output][predicted, true], of wrong images alone. */
  readonly maps: readonly (readonly [string, string])[];
  /** Of a wrong image, with the true class's boxes. */
  readonly picture?: KeptPicture | undefined;
}
/** Null for an image without a class or box that could be found. */
export type MaybeRecord = FailureRecord | null;

/** The true class's map and the predicted class's on the boxes of the true class. */
export async function failureRecord(
  image: ExplainedImage,
  { outputs }: JudgedNetwork,
  drawer: BoxDrawer,
): Promise<MaybeRecord> {
  const { top, given, scores, truth, geometry } = image;
  const guess = top[0];
  // Of several true classes, the one that the network believes in most.
  const right = likeliest(given);
  if (right === undefined || (guess !== undefined && guess.classIndex < 0)) return null;
  const boxes = truth.objects
    .filter(({ classIndex }) => classIndex === right.classIndex)
    .map(({ box }) => box);
  if (boxes.length === 0) return null;
  if (guess === undefined) return unguessed(right.classIndex, outputs.length);
  const wrong = !truth.labels.includes(guess.classIndex);
  // Of a class that has no map in its file nothing is known.
  const probability = (classIndex: number) => round(scores.probability(classIndex) || 0);
  const draw = await drawer.on(image);
  const on = (map: ExplainedClass['map']) =>
    outputs.map((_, output) =>
      rounded(gtKnownMeasures(map(output), geometry, boxes, draw(map(output), output))),
    );
  return {
    wrong,
    predicted: guess.classIndex,
    true: right.classIndex,
    confidence: [probability(guess.classIndex), probability(right.classIndex)],
    truth: on(right.map),
    guess: on(guess.map),
    maps: wrong
      ? outputs.map((_, output) => [thumbnail(guess.map(output)), thumbnail(right.map(output))])
      : [],
    ...(wrong ? { picture: await keptPicture(image, boxes) } : {}),
  };
}

/** An image whose maps are in no file: wrong, and found by none of them. */
function unguessed(right: number, outputs: number): FailureRecord {
  const nowhere = Array.from({ length: outputs }, () => ({ iou: 0, pointed: false, energy: 0 }));
  return {
    ...{ wrong: true, predicted: NO_GUESS, true: right, confidence: [0, 0] },
    ...{ truth: nowhere, guess: nowhere, maps: [] },
  };
}

function rounded({ iou, pointed, energy }: GtKnownMeasures): GtKnownMeasures {
  return { iou: round(iou), pointed, energy: round(energy) };
}

const round = (value: number) => roundTo(value, 6);
