/**
 * Positions of a map by falling relevance; equal values in raster order, so that nothing depends on the sort.
 *
 * @throws RangeError for NaN
 */
export function pixelOrder(relevance: ArrayLike<number>): Uint32Array {
  const order = new Uint32Array(relevance.length);
  for (let i = 0; i < order.length; i++) {
    if (Number.isNaN(relevance[i])) throw new RangeError('NaN has no rank');
    order[i] = i;
  }
  return order.sort((a, b) => relevance[b]! - relevance[a]! || a - b);
}

/**
 * `background` with the first `count` positions of `order` taken from `foreground`, in every channel.
 *
 * @param background [channels, area]
 * @param foreground [channels, area]
 */
export function mixPixels(
  background: Float32Array,
  foreground: Float32Array,
  order: Uint32Array,
  count: number,
): Float32Array {
  const area = order.length;
  const mixed = background.slice();
  for (let start = 0; start < mixed.length; start += area) {
    for (let i = 0; i < count; i++) mixed[start + order[i]!] = foreground[start + order[i]!]!;
  }
  return mixed;
}
