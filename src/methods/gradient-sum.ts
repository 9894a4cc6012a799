import type { ImageShape } from './method.js';

/** Sums gradients [k, 3, H, W] over the passes, in float64. */
export class GradientSum {
  readonly #sums: Float64Array;

  constructor(
    readonly shape: ImageShape,
    readonly k: number,
  ) {
    this.#sums = new Float64Array(k * shape[0] * shape[1] * shape[2]);
  }

  add(gradients: Float32Array): void {
    for (let i = 0; i < this.#sums.length; i++) this.#sums[i]! += gradients[i]!;
  }

  /** [k, H, W]: the largest |of(sum, index in [3, H, W])| over the channels. */
  largestOverChannels(of: (sum: number, at: number) => number): Float32Array {
    const [channels, height, width] = this.shape;
    const area = height * width;
    const maps = new Float32Array(this.k * area);
    for (let i = 0; i < this.#sums.length; i++) {
      const at = i % (channels * area);
      const to = Math.floor(i / (channels * area)) * area + (at % area);
      maps[to] = Math.max(maps[to]!, Math.abs(of(this.#sums[i]!, at)));
    }
    return maps;
  }
}
