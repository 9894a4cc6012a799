import type { Heatmap } from './heatmap.js';
import type { Size } from './size.js';

export type Comparison = '>=' | '>';

/** Foreground (1) and background (0) of a map, row-major: `data[y * width + x]`. */
export interface BinaryMask extends Size {
  readonly data: Uint8Array;
}

/** Largest value of the map; -Infinity when it has no value. */
export function mapMaximum(map: Heatmap): number {
  let maximum = -Infinity;
  const { data } = map;
  for (let i = 0; i < data.length; i++) if (data[i]! > maximum) maximum = data[i]!;
  return maximum;
}
