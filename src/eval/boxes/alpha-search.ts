/** The α that excitation backprop's localization experiment tried: 0 to 10 by 0.5 (Zhang et al. 2016, section 4.2). */
export const ALPHAS: readonly number[] = Array.from({ length: 21 }, (_, i) => i / 2);

interface FoundAlpha {
  readonly alpha: number;
  /** Maps that it was found on. */
  readonly n: number;
  /** Maps whose box was wrong, for each of `ALPHAS`. */
  readonly wrong: number[];
}

/** Counts, for each α, the maps of true classes whose box misses the object. */
export class AlphaSearch {
  readonly #wrong = new Uint32Array(ALPHAS.length);
  #n = 0;

  /** @param isRight whether the box of this map at α reaches the IoU with a box of the map's class */
  add(isRight: (alpha: number) => boolean): void {
    this.#n++;
    for (const [i, alpha] of ALPHAS.entries()) if (!isRight(alpha)) this.#wrong[i]!++;
  }

  /** The α with the fewest wrong boxes, the smallest among equals; undefined when there was no map. */
  best(): FoundAlpha | undefined {
    if (this.#n === 0) return undefined;
    const wrong = [...this.#wrong];
    const least = wrong.indexOf(Math.min(...wrong));
    return { alpha: ALPHAS[least]!, n: this.#n, wrong };
  }
}
