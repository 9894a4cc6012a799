import type { Random } from '../../base/random.js';

/**
 * log 0!, log 1!, …, log n! — a table, since the bootstrap asks thousands of times for the same few.
 */
export function logFactorials(n: number): Float64Array {
  const table = new Float64Array(n + 1);
  for (let i = 2; i <= n; i++) table[i] = table[i - 1]! + Math.log(i);
  return table;
}

/**
 * Draws from Binomial(n, p) by inversion from the mode outwards (Kemp, "A modal method for generating binomial
 * variables", 1986). It takes one random number, and about as many steps as the distribution is wide (√(n·p·(1 −
 * p))). The probabilities are those of the distribution to floating-point rounding; nothing is approximated.
 *
 * @param p in [0, 1]
 * @param logFactorial table up to n at least
 */
export function drawBinomial(n: number, p: number, logFactorial: Float64Array, random: Random): number {
  if (n === 0 || p <= 0) return 0;
  if (p >= 1) return n;
  const mode = Math.min(n, Math.floor((n + 1) * p));
  const logChoices = logFactorial[n]! - logFactorial[mode]! - logFactorial[n - mode]!;
  const atMode = Math.exp(logChoices + mode * Math.log(p) + (n - mode) * Math.log1p(-p));
  const odds = p / (1 - p);
  let rest = random() - atMode;
  if (rest < 0) return mode;
  let below = mode;
  let above = mode;
  let atBelow = atMode;
  let atAbove = atMode;
  while (below > 0 || above < n) {
    if (above < n) {
      atAbove *= ((n - above) / (above + 1)) * odds;
      above++;
      rest -= atAbove;
      if (rest < 0) return above;
    }
    if (below > 0) {
      atBelow *= below / ((n - below + 1) * odds);
      below--;
      rest -= atBelow;
      if (rest < 0) return below;
    }
    // All the mass is spent but for rounding, which cannot move the draw anywhere else.
    if (atAbove === 0 && atBelow === 0) break;
  }
  return mode;
}
