/** Short in the journal, and far finer than the images' scatter: a value with so many digits after the point. */
export function roundTo(value: number, digits: number): number {
  const scale = 10 ** digits;
  return Math.round(value * scale) / scale;
}
