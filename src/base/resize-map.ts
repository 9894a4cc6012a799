import type { Heatmap } from './heatmap.js';
import type { Size } from './size.js';

export type Interpolation = 'bilinear' | 'nearest';

/** For each target position along one axis: the two source positions that it lies between, and the weight of the second. */
export interface AxisWeights {
  readonly lower: Int32Array;
  readonly upper: Int32Array;
  readonly fraction: Float64Array;
}

/**
 * Resizes a map to width × height pixels, both for enlarging and for reducing (no antialiasing).
 *
 * - `bilinear`: half-pixel centres, clamped at the edges: torch's
 *   `interpolate(mode='bilinear', align_corners=False)`, to float32 rounding.
 * - `nearest`: the source pixel whose area holds the target pixel's centre: torch's `nearest-exact`.
 *
 * Returns the map itself when it has that size already.
 *
 * @param out buffer of at least width · height values for the result, to be used again by the caller: the
 *   returned map is a view of it. A new one is made when it is absent.
 * @throws RangeError when a size is not a positive whole number, or `out` is too short
 */
export function resizeMap(
  map: Heatmap,
  { width, height }: Size,
  interpolation: Interpolation = 'bilinear',
  out?: Float32Array,
): Heatmap {
  for (const side of [width, height, map.width, map.height]) {
    if (!Number.isInteger(side) || side < 1) throw new RangeError(`a map side of ${side} pixels`);
  }
  if (map.width === width && map.height === height) return map;
  if (out !== undefined && out.length < width * height) {
    throw new RangeError(`a buffer of ${out.length} values for ${width} × ${height}`);
  }
  const data = out?.subarray(0, width * height) ?? new Float32Array(width * height);
  if (interpolation === 'nearest') resizeNearest(map, width, height, data);
  else resizeBilinear(map, width, height, data);
  return { data, width, height };
}

/**
 * Separable: a source row is stretched once, however many target rows use it; then rows are blended in pairs.
 * Weights cost one step per row and column, which is nothing beside the pixels, so they are not kept.
 */
function resizeBilinear(map: Heatmap, width: number, height: number, data: Float32Array): void {
  const columns = axisWeights(map.width, width);
  const rows = axisWeights(map.height, height);
  let above = new Float32Array(width);
  let below = new Float32Array(width);
  let aboveRow = -1;
  let belowRow = -1;
  for (let y = 0; y < height; y++) {
    const lower = rows.lower[y]!;
    const upper = rows.upper[y]!;
    if (aboveRow !== lower) {
      if (belowRow === lower) {
        [above, below] = [below, above];
        belowRow = aboveRow;
      } else {
        stretchRow(map, lower, columns, above);
      }
      aboveRow = lower;
    }
    if (belowRow !== upper) {
      stretchRow(map, upper, columns, below);
      belowRow = upper;
    }
    const fraction = rows.fraction[y]!;
    const rest = 1 - fraction;
    const offset = y * width;
    for (let x = 0; x < width; x++) data[offset + x] = rest * above[x]! + fraction * below[x]!;
  }
}

function stretchRow(map: Heatmap, row: number, columns: AxisWeights, out: Float32Array): void {
  const { lower, upper, fraction } = columns;
  const offset = row * map.width;
  for (let x = 0; x < out.length; x++) {
    const weight = fraction[x]!;
    out[x] = (1 - weight) * map.data[offset + lower[x]!]! + weight * map.data[offset + upper[x]!]!;
  }
}

/** Target centre d + ½ lies at (d + ½) · from / to in the source, whose centres are at s + ½. */
export function axisWeights(from: number, to: number): AxisWeights {
  const lower = new Int32Array(to);
  const upper = new Int32Array(to);
  const fraction = new Float64Array(to);
  for (let d = 0; d < to; d++) {
    const position = Math.max(0, ((2 * d + 1) * from - to) / (2 * to));
    const floor = Math.min(from - 1, Math.floor(position));
    lower[d] = floor;
    upper[d] = Math.min(from - 1, floor + 1);
    fraction[d] = position - floor;
  }
  return { lower, upper, fraction };
}

function resizeNearest(map: Heatmap, width: number, height: number, data: Float32Array): void {
  const columns = nearestIndices(map.width, width);
  const rows = nearestIndices(map.height, height);
  for (let y = 0; y < height; y++) {
    const from = rows[y]! * map.width;
    const offset = y * width;
    for (let x = 0; x < width; x++) data[offset + x] = map.data[from + columns[x]!]!;
  }
}

/** Whole-number arithmetic, so that no rounding moves a pixel. */
function nearestIndices(from: number, to: number): Int32Array {
  return Int32Array.from({ length: to }, (_, d) => Math.floor(((2 * d + 1) * from) / (2 * to)));
}
