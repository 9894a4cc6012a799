import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { riseBlurred } from '../../src/eval/perturbation/rise-blur.js';
import { foldedGaussian } from '../../src/eval/perturbation/rise-kernel.js';
import { seededValues } from './seeded.js';

/* Kernel and images are those of the code published with RISE (scripts/golden/insertion.py). */

interface Golden {
  readonly kernel: readonly (readonly number[])[];
  readonly cases: readonly {
    readonly height: number;
    readonly width: number;
    /** Every so many values of [3, height, width] are kept. */
    readonly step: number;
    readonly values: readonly number[];
  }[];
}

const golden = JSON.parse(readFileSync(new URL('insertion.json', import.meta.url), 'utf8')) as Golden;

describe('the image that RISE’s insertion starts from', () => {
  it('is made with the published kernel', () => {
    const axis = foldedGaussian();
    golden.kernel.forEach((row, y) => {
      row.forEach((value, x) => {
        expect(axis[y]! * axis[x]!).toBeCloseTo(value, 12);
      });
    });
  });

  it.each(golden.cases.map((one) => [`${one.height} × ${one.width}`, one] as const))(
    'is the published convolution at %s',
    (_, { height, width, step, values }) => {
      const image = seededValues(`insertion ${height} ${width}`, 3 * height * width, -2, 2);
      const blurred = riseBlurred(image, height, width);
      expect(Math.ceil(blurred.length / step)).toBe(values.length);
      values.forEach((value, i) => {
        expect(Math.abs(blurred[i * step]! - value)).toBeLessThan(1e-6);
      });
    },
  );
});
