import type { Box } from '../../base/box.js';
import type { LocalizationConfig } from '../../config/schema.js';
import { centerBox } from '../../eval/boxes/center-box.js';
import type { BoxRule } from '../../eval/boxes/largest-box.js';
import { judgeGuesses, type LocalizationDecision } from '../../eval/boxes/localization.js';
import type { ExplainedImage } from '../../eval/experiment.js';
import { BoxDrawer } from './drawer.js';

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

/** Turns an image's maps into boxes and judges them. */
export class Judge {
  readonly #config: LocalizationConfig;
  readonly #rules: readonly BoxRule[];
  #drawer: Promise<BoxDrawer> | undefined;

  /** @param rules the box rule of each output */
  constructor(config: LocalizationConfig, rules: readonly BoxRule[]) {
    this.#config = config;
    this.#rules = rules;
  }

  async judge(image: ExplainedImage): Promise<JudgedImage> {
    const { geometry, top } = image;
    this.#drawer ??= BoxDrawer.for(this.#rules);
    const drawer = await this.#drawer;
    const guesses = {
      classes: top.map(({ classIndex }) => classIndex),
      scores: top.map(({ score }) => score),
    };
    const byMethod = this.#rules.map((rule, output) =>
      top.map(({ map }) => drawer.box(map(output), image, rule)),
    );
    const { width, height } = geometry.image;
    const center = guesses.classes.map(() => centerBox(width, height, this.#config.center_box));
    const judgements = [...byMethod, center].map((boxes) => ({
      boxes,
      decision: this.#decide(guesses, boxes, image),
    }));
    return { guesses, judgements };
  }

  #decide(guesses: Guesses, boxes: readonly (Box | undefined)[], { truth }: ExplainedImage) {
    const guessed = guesses.classes.map((classIndex, j) => ({ classIndex, box: boxes[j] }));
    const { iou, top } = this.#config;
    return judgeGuesses(guessed, truth.objects, truth.labels, {
      iou,
      top,
      blacklisted: truth.blacklisted,
    });
  }
}
