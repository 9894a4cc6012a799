/**
 * Holm's step-down adjustment of p-values for several comparisons at once (Holm, "A simple sequentially rejective multiple test
 * procedure", 1979): to reject those below a level keeps the chance of a single wrong rejection below it, whatever the
 * dependence between the tests.
 *
 * @param values p-values in [0, 1]
 * @returns the adjusted ones, in [0, 1], at their places
 */
export function holm(values: readonly number[]): number[] {
  const order = [...values.keys()].sort((a, b) => values[a]! - values[b]!);
  const adjusted = new Array<number>(values.length);
  let least = 0;
  order.forEach((at, i) => {
    least = Math.max(least, Math.min(1, (values.length - i) * values[at]!));
    adjusted[at] = least;
  });
  return adjusted;
}
