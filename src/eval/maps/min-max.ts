import type { Heatmap } from '../../base/heatmap.js';

/**
 * (value − minimum) / (maximum − minimum), in [0, 1] and double precision; all 0 for a constant map. The measures of
 * weakly supervised localization normalise so, after resizing; localization error normalises by the maximum alone.
 *
 * @throws RangeError when a value is not finite
 */
export function minMax({ data }: Heatmap): Float64Array {
  let low = Infinity;
  let high = -Infinity;
  for (const value of data) {
    if (!Number.isFinite(value)) throw new RangeError(`a map holds ${value}`);
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const scaled = new Float64Array(data.length);
  const range = high - low;
  if (range > 0) for (let i = 0; i < data.length; i++) scaled[i] = (data[i]! - low) / range;
  return scaled;
}
