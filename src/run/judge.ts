import type { LocalizationConfig } from '../config/schema.js';
import type { Box } from '../eval/box.js';
import { centerBox } from '../eval/center-box.js';
import type { BoxRule } from '../eval/largest-box.js';
import { judgeGuesses, type LocalizationDecision } from '../eval/localization.js';
import { type ExplainedBatch, type ExplanationOutput, mapOf } from '../methods/explainer.js';
import type { LoadedImage } from './batches.js';
import type { BoxDrawer } from './box-drawer.js';

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

/** What is needed to know of the network to read its batches. */
export interface NetworkShape {
  readonly k: number;
  readonly classCount: number;
  readonly outputs: readonly ExplanationOutput[];
  /** 1 when the network's first class is a background class, else 0. */
  readonly offset: 0 | 1;
}

export function guessesOf(batch: ExplainedBatch, shape: NetworkShape, image: number): Guesses {
  const { k, classCount, offset } = shape;
  const ids = Array.from(batch.classIds.subarray(image * k, (image + 1) * k));
  return {
    classes: ids.map((id) => id - offset),
    scores: ids.map((id) => batch.logits[image * classCount + id]!),
  };
}

/** Turns an image's maps into boxes and judges them. */
export class Judge {
  readonly #config: LocalizationConfig;
  readonly #shape: NetworkShape;
  readonly #rules: readonly BoxRule[];
  readonly #drawer: BoxDrawer;

  /** @param rules the box rule of each output */
  constructor(config: LocalizationConfig, shape: NetworkShape, rules: readonly BoxRule[], drawer: BoxDrawer) {
    this.#config = config;
    this.#shape = shape;
    this.#rules = rules;
    this.#drawer = drawer;
  }

  judge(batch: ExplainedBatch, image: number, loaded: LoadedImage): JudgedImage {
    const { geometry } = loaded;
    const { outputs, k } = this.#shape;
    const guesses = guessesOf(batch, this.#shape, image);
    const byMethod = outputs.map((output, index) =>
      guesses.classes.map((_, j) => {
        const map = mapOf(batch, index, output, k, image, j);
        return this.#drawer.box(map, loaded, this.#rules[index]!);
      }),
    );
    const { width, height } = geometry.image;
    const center = guesses.classes.map(() => centerBox(width, height, this.#config.center_box));
    const judgements = [...byMethod, center].map((boxes) => ({
      boxes,
      decision: this.#decide(guesses, boxes, loaded),
    }));
    return { guesses, judgements };
  }

  #decide(guesses: Guesses, boxes: readonly (Box | undefined)[], { sample }: LoadedImage) {
    const guessed = guesses.classes.map((classIndex, j) => ({ classIndex, box: boxes[j] }));
    const { iou, top } = this.#config;
    return judgeGuesses(guessed, sample.objects, sample.labels, {
      iou,
      top,
      blacklisted: sample.blacklisted,
    });
  }
}
