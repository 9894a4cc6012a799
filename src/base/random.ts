/** A source of random numbers in [0, 1), each a multiple of 2^-53. */
export type Random = () => number;

const MASK_64 = (1n << 64n) - 1n;

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

/** The first `count` 64-bit outputs of SplitMix64 from the given state. */
export function splitMix64(seed: bigint, count: number): readonly bigint[] {
  let state = seed & MASK_64;
  return Array.from({ length: count }, () => {
    state = (state + 0x9e3779b97f4a7c15n) & MASK_64;
    let z = state;
    z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK_64;
    z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & MASK_64;
    return z ^ (z >> 31n);
  });
}

/** A stream of 32-bit unsigned integers from four words of state, not all zero. */
export function xoshiro128StarStar(state: readonly [number, number, number, number]): () => number {
  let [s0, s1, s2, s3] = state;
  return () => {
    const result = Math.imul(rotateLeft(Math.imul(s1, 5), 7), 9) >>> 0;
    const t = s1 << 9;
    s2 ^= s0;
    s3 ^= s1;
    s1 ^= s2;
    s0 ^= s3;
    s2 ^= t;
    s3 = rotateLeft(s3, 11);
    return result;
  };
}

function rotateLeft(x: number, bits: number): number {
  return (x << bits) | (x >>> (32 - bits));
}
