/**
 * Probability that |t| stays below `t`, for Student's distribution with a whole number of degrees of freedom
 * (Abramowitz and Stegun 1964, 26.7.3 and 26.7.4).
 * @param t at least 0
 * @param freedom at least 1
 */
function within(t: number, freedom: number): number {
  const angle = Math.atan(t / Math.sqrt(freedom));
  const [sin, cos] = [Math.sin(angle), Math.cos(angle)];
  const odd = freedom % 2;
  let term = odd === 1 ? cos : 1;
  let sum = freedom === 1 ? 0 : term;
  for (let k = 1 + odd; k <= freedom - 3; k += 2) {
    term *= (k / (k + 1)) * cos * cos;
    sum += term;
  }
  return odd === 1 ? (2 / Math.PI) * (angle + sin * sum) : sin * sum;
}

/**
 * The t beyond which neither tail holds more than (1 − level) / 2, by bisection.
 * @param level in (0, 1)
 * @param freedom whole, at least 1
 */
export function studentQuantile(level: number, freedom: number): number {
  let [low, high] = [0, 1];
  while (within(high, freedom) < level) high *= 2;
  for (let step = 0; step < 100; step++) {
    const middle = (low + high) / 2;
    if (within(middle, freedom) < level) low = middle;
    else high = middle;
  }
  return high;
}

/**
 * The mean of a few independent numbers with Student's interval. A bootstrap of so few would be too narrow.
 * @param values of a normal distribution
 * @returns undefined for fewer than two values: they do not say how far they spread
 */
export function studentInterval(
  values: readonly number[],
  level: number,
):
  | { readonly n: number; readonly estimate: number; readonly low: number; readonly high: number }
  | undefined {
  const n = values.length;
  if (n < 2) return undefined;
  const estimate = values.reduce((sum, value) => sum + value, 0) / n;
  const squares = values.reduce((sum, value) => sum + (value - estimate) ** 2, 0);
  const half = studentQuantile(level, n - 1) * Math.sqrt(squares / (n - 1) / n);
  return { n, estimate, low: estimate - half, high: estimate + half };
}
