import type { Heatmap } from '../../base/heatmap.js';

/**
 * The map itself, which holds what its size says: for maps from outside. Beyond its end it would read as NaN, which no
 * evaluator tells from a low value.
 * @throws RangeError for another number of values than width · height, and for a value that is not finite
 */
export function checkedMap(map: Heatmap): Heatmap {
  const { data, width, height } = map;
  const whole = [width, height].every((side) => Number.isInteger(side) && side > 0);
  if (!whole || data.length !== width * height) {
    throw new RangeError(`a map of ${width} × ${height} pixels with ${data.length} values`);
  }
  const wrong = data.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) throw new RangeError(`a map has ${data[wrong]} at value ${wrong}; all must be finite`);
  return map;
}
