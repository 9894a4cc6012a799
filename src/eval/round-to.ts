/** A value with this many digits after the point: short in the journal, and far finer than the images' scatter. */
export function roundTo(value: number, digits: number): number {
  const scale = 10 ** digits;
  return Math.round(value * scale) / scale;
}
