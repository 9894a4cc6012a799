import type { BenchConfig, LocalizationConfig, NetworkConfig } from '../../config/schema.js';
import type { BoxRule, ThresholdRule } from '../../eval/boxes/largest-box.js';

/** The box rule in words: the `box_rule` column. */
export function describeBoxRule(rule: BoxRule): string {
  const { upsampling, frame, smooth } = rule;
  const smoothed = smooth > 0 ? `smoothed ${smooth}, ` : '';
  const placed = `${upsampling} to ${frame}`;
  switch (rule.rule) {
    case 'threshold':
      return `${smoothed}${rule.comparison}${rule.threshold} of max, ${componentWords(rule)}, ${placed}`;
    case 'mean': {
      const found = rule.alpha_images === undefined ? '' : ` (found on ${rule.alpha_images} held-out images)`;
      return `${smoothed}>${rule.alpha} of mean${found}, one box, ${placed}`;
    }
    case 'contours':
      return `${smoothed}contours ${rule.levels.join('/')}, stripped, largest box, 8-connected, ${placed}`;
    case 'grabcut': {
      const [low, high] = rule.quantiles;
      const cuts = rule.cuts === 1 ? '1 cut' : `${rule.cuts} cuts`;
      const seeds = `seeds <=${low} and >${high} quantile`;
      return `${smoothed}grabcut at ${rule.size}, ${seeds}, ${cuts}, ${componentWords(rule)}, ${upsampling}`;
    }
  }
}

function componentWords({ largest, connectivity }: Pick<ThresholdRule, 'largest' | 'connectivity'>): string {
  return `largest ${largest}, ${connectivity}-connected`;
}

/** The box rule of each method of a network: its own, or the run's. An α that is still to be searched is none. */
export function boxRules(
  { methods }: Pick<NetworkConfig, 'methods'>,
  localization: LocalizationConfig,
): readonly BoxRule[] {
  const { upsampling, frame } = localization;
  return methods.map(({ box }): BoxRule => {
    if (box === undefined) return localization;
    if (box.rule !== 'mean') return { ...box, upsampling, frame };
    const { alpha } = box;
    if (alpha === 'search') throw new Error('the α of a box rule was not looked up');
    return { ...box, alpha, upsampling, frame };
  });
}

/** Whether a method of the configuration, or all of them, draw their boxes with OpenCV. */
export function usesGrabCut({
  networks,
  localization,
}: Pick<BenchConfig, 'networks' | 'localization'>): boolean {
  const all = networks.flatMap(({ methods }) => methods);
  return all.some(({ box }) => (box?.rule ?? localization.rule) === 'grabcut');
}

export function centerBoxRule(config: LocalizationConfig): string {
  return `center ${config.center_box}`;
}
