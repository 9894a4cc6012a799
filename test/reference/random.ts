/** Uniform numbers in [0, 1) from a seed, the same on every machine (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/**
 * `count` distinct values in [-range, range], in random order, at least `range / count` apart and at least half
 * of that away from 0: no ReLU stands at its kink, no max pooling window holds two nearly equal values.
 * All are float32 numbers, so that an engine gets the very input that the interpreter gets.
 */
export function awayFromKinks(count: number, seed: number, range = 1): Float64Array {
  const random = randomOf(seed);
  const spacing = (2 * range) / count;
  const values = Float64Array.from({ length: count }, (_, i) => {
    const jitter = (random() - 0.5) * 0.4;
    return Math.fround(-range + (i + 0.5 + (count % 2 === 0 ? 0 : 0.5) + jitter * 0.5) * spacing);
  });
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [values[i], values[j]] = [values[j]!, values[i]!];
  }
  return values;
}

/** `count` values uniform in [-range, range], rounded to float32. */
export function uniform(count: number, seed: number, range = 1): Float64Array {
  const random = randomOf(seed);
  return Float64Array.from({ length: count }, () => Math.fround((2 * random() - 1) * range));
}
