import type { Box } from '../../base/box.js';
import type { LocalizationConfig } from '../../config/schema.js';
import { centerBox } from '../../eval/boxes/center-box.js';
import { judgeGuesses, type LocalizationDecision } from '../../eval/boxes/localization.js';
import type { ExplainedImage } from '../../eval/experiment.js';
import type { Draw } from './drawer.js';

/** Which of the network's classes were guessed, best first. */
export interface Guesses {
  /** Indices into the data set's classes; -1 is the background class. */
  readonly classes: readonly number[];
  /** Their logits. */
  readonly scores: readonly number[];
}

/** What one row of the table (a method, or the centre box) makes of one image. */
export interface Judgement {
  readonly boxes: readonly (Box | undefined)[];
  readonly decision: LocalizationDecision;
}

export interface JudgedImage {
  readonly guesses: Guesses;
  /** One per output of the explainer, then the centre box. */
  readonly judgements: readonly Judgement[];
}

/**
 * Turns an image's maps into boxes and judges them.
 * @param outputs how many maps each guess has
 */
export function judgeImage(
  { geometry, top: guessed, truth }: ExplainedImage,
  outputs: number,
  draw: Draw,
  { iou, top, center_box }: Pick<LocalizationConfig, 'iou' | 'top' | 'center_box'>,
): JudgedImage {
  const guesses = {
    classes: guessed.map(({ classIndex }) => classIndex),
    scores: guessed.map(({ score }) => score),
  };
  const byMethod = Array.from({ length: outputs }, (_, output) =>
    guessed.map(({ map }) => draw(map(output), output)),
  );
  const { width, height } = geometry.image;
  const center = guessed.map(() => centerBox(width, height, center_box));
  const judgements = [...byMethod, center].map((boxes) => ({
    boxes,
    decision: judgeGuesses(
      guesses.classes.map((classIndex, j) => ({ classIndex, box: boxes[j] })),
      truth.objects,
      truth.labels,
      { iou, top, blacklisted: truth.blacklisted },
    ),
  }));
  return { guesses, judgements };
}
