import type { LocalizationDecision } from './localization.js';
import { countOutcomes, emptyOutcomes, NOT_COUNTED, type Outcomes } from './outcomes.js';

/** Share of wrong images. */
export interface ErrorRate {
  /** Images in the denominator. */
  readonly n: number;
  readonly errors: number;
  /** 100 · errors / n; undefined when no image counts. */
  readonly percent: number | undefined;
}

/** Errors when the first k guesses may be used. */
export interface TopError {
  readonly k: number;
  readonly classification: ErrorRate;
  readonly localization: ErrorRate;
}

export type Measure = 'classification' | 'localization';

/**
 * Collects the decisions about a data set's images. Each is kept at its image's position, so that the results do
 * not depend on the order in which images arrive.
 */
export class LocalizationEvaluator {
  readonly #imageCount: number;
  readonly #top: readonly number[];
  readonly #outcomes: Readonly<Record<Measure, readonly Outcomes[]>>;

  /**
   * @param imageCount images in the data set, judged or not
   * @param top the numbers of guesses that the decisions were made for, in the same order
   */
  constructor(imageCount: number, top: readonly number[] = [1, 5]) {
    this.#imageCount = imageCount;
    this.#top = [...top];
    const perTop = () => top.map(() => emptyOutcomes(imageCount));
    this.#outcomes = { classification: perTop(), localization: perTop() };
  }

  /**
   * Adds one image's decision. Adding the same decision again changes nothing (a resumed run may do so).
   *
   * @param position the image's index in the data set, from 0
   * @throws RangeError when there is no such position, the decision was made for other `top`, or contradicts an
   *   earlier one about the same image
   */
  add(position: number, decision: LocalizationDecision): void {
    if (!Number.isInteger(position) || position < 0 || position >= this.#imageCount) {
      throw new RangeError(`image ${position} of ${this.#imageCount}`);
    }
    const localization = decision.localization ?? this.#top.map(() => NOT_COUNTED);
    this.#checkAgreement(position, decision.classification, localization);
    this.#top.forEach((_, i) => {
      this.#outcomes.classification[i]![position] = decision.classification[i]!;
      this.#outcomes.localization[i]![position] = localization[i]!;
    });
  }

  /** One entry per k of `top`, in that order. */
  compute(): readonly TopError[] {
    return this.#top.map((k, i) => ({
      k,
      classification: errorRate(this.#outcomes.classification[i]!),
      localization: errorRate(this.#outcomes.localization[i]!),
    }));
  }

  /**
   * A copy of the per-image errors (1 = wrong) for the first k guesses, for the bootstrap.
   *
   * @throws RangeError when k is not in `top`
   */
  outcomes(measure: Measure, k: number): Outcomes {
    const outcomes = this.#outcomes[measure][this.#top.indexOf(k)];
    if (outcomes === undefined) throw new RangeError(`top ${k} is not among ${this.#top.join(', ')}`);
    return outcomes.slice();
  }

  #checkAgreement(
    position: number,
    classification: readonly number[],
    localization: readonly number[],
  ): void {
    const size = this.#top.length;
    if (classification.length !== size || localization.length !== size) {
      throw new RangeError(
        `image ${position}: ${classification.length} errors for ${size} numbers of guesses`,
      );
    }
    this.#top.forEach((_, i) => {
      const keptClassification = this.#outcomes.classification[i]![position];
      if (keptClassification === NOT_COUNTED) return;
      const same =
        keptClassification === classification[i] &&
        this.#outcomes.localization[i]![position] === localization[i];
      if (!same) throw new RangeError(`image ${position} was judged twice, with different results`);
    });
  }
}

function errorRate(outcomes: Outcomes): ErrorRate {
  const { n, ones } = countOutcomes(outcomes);
  return { n, errors: ones, percent: n === 0 ? undefined : (100 * ones) / n };
}
