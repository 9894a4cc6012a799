import { latticePoints } from './lattice-points.js';
import type { PointFilter } from './point-filter.js';

/**
 * The Gaussian sum approximated on the permutohedral lattice (Adams, Baek and Davis, Eurographics 2010): values are
 * splatted onto the vertices round each point, blurred by [1 2 1] / 2 along each of the d + 1 axes, and read back with the
 * same weights. Linear in the number of points. Krähenbühl and Koltun's CRF uses this filter, so their numbers carry the
 * same error; the factor of the sum is left out, since a normalised kernel does not need it.
 *
 * @throws RangeError for features too wide to be numbered
 */
export function permutohedral(features: Float32Array, dimensions: number): PointFilter {
  const { vertices, corners, weights, neighbours } = latticePoints(features, dimensions);
  const side = dimensions + 1;
  return (values, channels) => {
    // One vertex more, always 0, in the place of neighbours that no point uses.
    let lattice = new Float32Array((vertices + 1) * channels);
    let blurred = new Float32Array(lattice.length);
    for (let from = 0, corner = 0; from < values.length; from += channels) {
      for (let vertex = 0; vertex < side; vertex++, corner++) {
        const to = corners[corner]! * channels;
        const weight = weights[corner]!;
        for (let c = 0; c < channels; c++) lattice[to + c]! += weight * values[from + c]!;
      }
    }
    for (let axis = 0; axis < side; axis++) {
      for (let vertex = 0; vertex < vertices; vertex++) {
        const at = (axis * vertices + vertex) * 2;
        const before = neighbours[at]! * channels;
        const behind = neighbours[at + 1]! * channels;
        const own = vertex * channels;
        for (let c = 0; c < channels; c++) {
          blurred[own + c] = lattice[own + c]! + 0.5 * (lattice[before + c]! + lattice[behind + c]!);
        }
      }
      [lattice, blurred] = [blurred, lattice];
    }
    const out = new Float32Array(values.length);
    for (let to = 0, corner = 0; to < out.length; to += channels) {
      for (let vertex = 0; vertex < side; vertex++, corner++) {
        const from = corners[corner]! * channels;
        const weight = weights[corner]!;
        for (let c = 0; c < channels; c++) out[to + c]! += weight * lattice[from + c]!;
      }
    }
    return out;
  };
}
