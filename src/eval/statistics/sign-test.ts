import { logFactorials } from './binomial.js';

/**
 * McNemar's exact test of paired outcomes: the probability of flips at least as one-sided as these, if a flip is as
 * likely one way as the other. It is the two-sided sign test on the discordant pairs (McNemar 1947).
 *
 * @param oneWay number of flips one way, at least 0
 * @param otherWay number of flips the other way, at least 0
 * @returns in (0, 1]; 1 when nothing flipped
 */
export function signTest(oneWay: number, otherWay: number): number {
  const n = oneWay + otherWay;
  const table = logFactorials(n);
  const extreme = Math.min(oneWay, otherWay);
  let tail = 0;
  for (let i = 0; i <= extreme; i++) {
    tail += Math.exp(table[n]! - table[i]! - table[n - i]! - n * Math.LN2);
  }
  return Math.min(1, 2 * tail);
}
