import { splitMix64, xoshiro128StarStar } from './xoshiro.js';

/** A source of random numbers in [0, 1), each a multiple of 2^-53. */
export type Random = () => number;

/**
 * Seeded generator: xoshiro128** 1.1, its state filled by SplitMix64 as its authors advise (Blackman and Vigna,
 * "Scrambled linear pseudorandom number generators", ACM TOMS 2021; prng.di.unimi.it). Two 32-bit words make
 * one number.
 *
 * @param seed a whole number, |seed| ≤ 2^53 − 1
 * @throws RangeError when it is not
 */
export function seededRandom(seed: number): Random {
  if (!Number.isSafeInteger(seed)) throw new RangeError(`seed ${seed} is not a whole number`);
  const [first, second] = splitMix64(BigInt(seed), 2) as [bigint, bigint];
  const low = (word: bigint) => Number(word & 0xffffffffn);
  const high = (word: bigint) => Number(word >> 32n);
  const next = xoshiro128StarStar([low(first), high(first), low(second), high(second)]);
  return () => {
    const upper = next() >>> 5;
    const lower = next() >>> 6;
    return (upper * 2 ** 26 + lower) / 2 ** 53;
  };
}
