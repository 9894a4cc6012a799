import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { imputeLinearly } from '../../../src/eval/perturbation/noisy-linear-imputation.js';
import { seededValues } from '../../golden/seeded.js';

const EXACT = { noise: 0, seed: 1 };

const holed = fc
  .tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 7 }))
  .chain(([width, height]) =>
    fc.record({
      width: fc.constant(width),
      values: fc.array(fc.integer({ min: -20, max: 20 }), {
        minLength: width * height,
        maxLength: width * height,
      }),
      missing: fc.array(fc.constantFrom(0, 1, 1), { minLength: width * height, maxLength: width * height }),
    }),
  );

describe('imputeLinearly', () => {
  it('is the weighted mean of the eight neighbours', () => {
    // (1 + 3 + 7 + 9) / 12 + (2 + 4 + 6 + 80) / 6
    const image = Float32Array.of(1, 2, 3, 4, 0, 6, 7, 80, 9);
    const filled = imputeLinearly(image, Uint8Array.of(0, 0, 0, 0, 1, 0, 0, 0, 0), 3, EXACT);
    expect(filled[4]).toBeCloseTo(17, 5);
    expect([...filled].toSpliced(4, 1)).toEqual([1, 2, 3, 4, 6, 7, 80, 9]);
  });

  it('scales the weights up where neighbours lie outside', () => {
    // A corner: sides 2 and 4, diagonal 8: (2 + 4 + 4) / 6 · 12 / 5 = (2/6 + 4/6 + 8/12) / (5/12).
    const filled = imputeLinearly(Float32Array.of(0, 2, 4, 8), Uint8Array.of(1, 0, 0, 0), 2, EXACT);
    expect(filled[0]).toBeCloseTo((2 / 6 + 4 / 6 + 8 / 12) / (5 / 12), 6);
  });

  it('solves for pixels that depend on each other, as the released code does', () => {
    // pytorch-grad-cam 1.5.7, NoisyLinearImputer(noise=0); kept where `values('road mask', 30, 0, 1)` exceeds 0.6.
    const image = seededValues('road image', 60, -1, 1);
    const missing = Uint8Array.from(seededValues('road mask', 30, 0, 1), (value) => (value > 0.6 ? 0 : 1));
    const expected = [
      0.181948, 0.565625, 0.811708, 0.760359, 0.426098, 0.319542, 0.059808, -0.341127, 0.290879, 0.364755,
      0.311695, 0.260838, -0.059497, 0.350193, 0.010124, 0.123456, 0.156355, 0.120889, -0.890824, -0.316786,
      -0.690164, 0.26591, -0.025223, -0.076874, -0.579536, -0.399624, 0.088321, -0.108807, -0.431767,
      -0.265457, 0.162065, 0.460114, 0.337914, -0.482612, -0.182224, -0.040763, 0.151224, -0.412351, 0.01027,
      -0.054998, -0.119436, -0.117174, 0.674006, -0.097761, 0.18769, 0.126988, -0.073779, -0.180496, 0.819671,
      0.467465, 0.871027, 0.431116, -0.218064, -0.362279, 0.613017, 0.479138, -0.009279, -0.059604, -0.986733,
      -0.520302,
    ];
    const filled = imputeLinearly(image, missing, 6, EXACT);
    const worst = Math.max(...expected.map((value, i) => Math.abs(value - filled[i]!)));
    expect(worst).toBeLessThan(2e-6);
  });

  it('keeps known pixels, and stays between their extremes', () => {
    fc.assert(
      fc.property(holed, ({ width, values, missing }) => {
        const filled = imputeLinearly(Float32Array.from(values), Uint8Array.from(missing), width, EXACT);
        const known = values.filter((_, i) => missing[i] === 0);
        const [low, high] = known.length === 0 ? [0, 0] : [Math.min(...known), Math.max(...known)];
        filled.forEach((value, i) => {
          if (missing[i] === 0) expect(value).toBe(values[i]);
          expect(value).toBeGreaterThanOrEqual(low - 1e-3);
          expect(value).toBeLessThanOrEqual(high + 1e-3);
        });
      }),
      { numRuns: 100 },
    );
  });

  it('adds noise of the given size to imputed pixels alone, the same for a seed', () => {
    const missing = Uint8Array.from({ length: 4096 }, (_, i) => i % 2);
    const at = (seed: number) => imputeLinearly(new Float32Array(4096), missing, 64, { noise: 0.5, seed });
    const noise = [...at(3)].filter((_, i) => missing[i] === 1);
    const mean = noise.reduce((sum, value) => sum + value, 0) / noise.length;
    const deviation = Math.sqrt(noise.reduce((sum, value) => sum + (value - mean) ** 2, 0) / noise.length);
    expect(Math.abs(mean)).toBeLessThan(0.04);
    expect(Math.abs(deviation - 0.5)).toBeLessThan(0.03);
    expect([...at(3)].every((value, i) => missing[i] === 1 || value === 0)).toBe(true);
    expect(at(3)).toEqual(at(3));
    expect(at(3)).not.toEqual(at(4));
  });

  it('refuses shapes that do not fit', () => {
    expect(() => imputeLinearly(new Float32Array(5), new Uint8Array(4), 2)).toThrow(RangeError);
    expect(() => imputeLinearly(new Float32Array(0), new Uint8Array(0), 2)).toThrow(RangeError);
  });
});
