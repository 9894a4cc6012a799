/**
 * Spearman's rank correlation ρ in [−1, 1]: Pearson's correlation of the ranks, equal values sharing the mean of
 * their ranks (Kendall and Gibbons, "Rank Correlation Methods", 1990, section 3.7; scipy's `spearmanr`).
 *
 * Ranks only: any increasing change of either side, such as a normalisation, changes nothing.
 *
 * @returns undefined when there are fewer than two values or all values of a side are equal: then ρ is 0/0, and an
 *   empty map neither agrees nor disagrees with another
 * @throws RangeError when the sides differ in length or hold NaN
 */
export function spearman(a: ArrayLike<number>, b: ArrayLike<number>): number | undefined {
  if (a.length !== b.length) throw new RangeError(`ranks of ${a.length} and of ${b.length} values`);
  return pearson(averageRanks(a), averageRanks(b));
}

/**
 * Rank of each value from 1, in its place; equal values get the mean of the ranks that they take up together.
 *
 * @throws RangeError for NaN, which has no rank
 */
export function averageRanks(values: ArrayLike<number>): Float64Array {
  const { length } = values;
  const order = new Uint32Array(length);
  for (let i = 0; i < length; i++) {
    if (Number.isNaN(values[i])) throw new RangeError('NaN has no rank');
    order[i] = i;
  }
  // Not by difference: ∞ − ∞ is NaN.
  order.sort((i, j) => (values[i]! < values[j]! ? -1 : values[i]! > values[j]! ? 1 : 0));
  const ranks = new Float64Array(length);
  for (let first = 0; first < length; ) {
    let end = first + 1;
    while (end < length && values[order[end]!] === values[order[first]!]) end++;
    // Places first + 1 … end.
    for (let place = first; place < end; place++) ranks[order[place]!] = (first + 1 + end) / 2;
    first = end;
  }
  return ranks;
}

/** Ranks are multiples of a half, so the sums are exact up to some 200,000 values, and so is a ρ of ±1. */
function pearson(a: Float64Array, b: Float64Array): number | undefined {
  const n = a.length;
  const mean = (n + 1) / 2;
  let ab = 0;
  let aa = 0;
  let bb = 0;
  for (let i = 0; i < n; i++) {
    const da = a[i]! - mean;
    const db = b[i]! - mean;
    ab += da * db;
    aa += da * da;
    bb += db * db;
  }
  if (aa === 0 || bb === 0) return undefined;
  // Without roots where they cancel: a map against itself gives exactly 1.
  return aa === bb ? ab / aa : ab / (Math.sqrt(aa) * Math.sqrt(bb));
}
