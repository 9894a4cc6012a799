import type { BoxRule } from '../../eval/boxes/largest-box.js';

/** A box rule in words for the legend of a figure; number and sign stay on one line. */
export function boxWords(rule: BoxRule): string {
  const smoothed = rule.smooth > 0 ? ', smoothed' : '';
  if (rule.rule === 'mean') return `box: what is above ${rule.alpha}\u00a0×\u00a0the mean${smoothed}`;
  if (rule.rule === 'contours') return `box: largest contour at ${rule.levels.join(', ')} of 255${smoothed}`;
  if (rule.rule === 'grabcut') return `box: largest region of GrabCut${smoothed}`;
  const sign = rule.comparison === '>=' ? '≥' : '>';
  const percent = Number((100 * rule.threshold).toFixed(4));
  return `box: largest region ${sign}\u00a0${percent}\u00a0% of the maximum${smoothed}`;
}
