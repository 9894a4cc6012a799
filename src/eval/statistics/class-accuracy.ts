import type { BootstrapOptions, Interval } from './bootstrap.js';
import { bootstrapClassMean } from './class-mean.js';

/** A value of one class in one image: a hit (1) or miss (0), or a share. */
export interface ClassValue {
  readonly class: number;
  readonly value: number;
}

/**
 * The mean over the images of each class, then over the classes that occur, in per cent, with the bootstrap interval over
 * images of `bootstrapClassMean`. (TorchRay counts a class without any image as 0; its data sets have none.)
 *
 * @param images the values of each image; images without any are left out
 */
export function classMean(
  images: readonly (readonly ClassValue[])[],
  options: BootstrapOptions,
): Interval | undefined {
  const counted = images.filter(({ length }) => length > 0);
  const classes = 1 + counted.flat().reduce((most, one) => Math.max(most, one.class), -1);
  const having = new Array<number>(classes).fill(0);
  for (const image of counted) for (const k of new Set(image.map((one) => one.class))) having[k]!++;
  const sum = new Float64Array(classes);
  const count = new Float64Array(classes);
  const valuesOf = (drawn: Uint32Array) => {
    sum.fill(0);
    count.fill(0);
    counted.forEach((image, i) => {
      const times = drawn[i]!;
      if (times === 0) return;
      for (const one of image) {
        sum[one.class]! += times * one.value;
        count[one.class]! += times;
      }
    });
    return sum.map((total, k) => (100 * total) / count[k]!);
  };
  return bootstrapClassMean({ n: counted.length, images: having, valuesOf, range: [0, 100] }, options);
}
