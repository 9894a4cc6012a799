import { expect } from 'vitest';
import type { Digest } from './load-networks.js';

/** Of float32 against float64, relative to a tensor's largest magnitude. */
export const TOLERANCE = 1e-4;

/** Largest difference between the two, as a share of `scale`. */
export function errorOf(actual: ArrayLike<number>, golden: readonly number[], scale: number): number {
  return Math.max(...golden.map((value, i) => Math.abs(actual[i]! - value))) / scale;
}

/** Compares sampled values and the norms of the whole. */
export function expectDigest(actual: Float32Array, golden: Digest, what = '', tolerance = TOLERANCE): void {
  expect(actual.length).toBe(golden.size);
  const sampled = golden.samples.map((_, i) => actual[i * golden.stride]!);
  expect(errorOf(sampled, golden.samples, golden.max), `${what}samples`).toBeLessThan(tolerance);
  const magnitudes = Float64Array.from(actual, Math.abs);
  const l1 = magnitudes.reduce((a, b) => a + b, 0);
  const l2 = Math.sqrt(magnitudes.reduce((a, b) => a + b * b, 0));
  const max = magnitudes.reduce((a, b) => Math.max(a, b), 0);
  expect(errorOf([l1], [golden.l1], golden.l1), `${what}sum of magnitudes`).toBeLessThan(tolerance);
  expect(errorOf([l2], [golden.l2], golden.l2), `${what}Euclidean norm`).toBeLessThan(tolerance);
  expect(errorOf([max], [golden.max], golden.max), `${what}largest magnitude`).toBeLessThan(tolerance);
}
