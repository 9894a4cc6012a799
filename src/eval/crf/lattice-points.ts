/** Where points lie in the permutohedral lattice, and which of its vertices touch each other. */
interface LatticePoints {
  /** Number of vertices that some point uses. */
  readonly vertices: number;
  /** [points, d + 1]: the vertices of the simplex round each point. */
  readonly corners: Int32Array;
  /** [points, d + 1]: its barycentric coordinates, which add up to 1. */
  readonly weights: Float32Array;
  /** [d + 1, vertices, 2]: along each axis the vertex before and behind; `vertices` where there is none. */
  readonly neighbours: Int32Array;
}

/**
 * Embeds points in the permutohedral lattice A*_d (Adams, Baek and Davis, "Fast High-Dimensional Filtering Using the
 * Permutohedral Lattice", Eurographics 2010, section 3): the integer points of the hyperplane Σ x = 0 in d + 1 dimensions
 * whose coordinates leave the same remainder when divided by d + 1. The scale is the one at which the blur of a
 * filter of this lattice has standard deviation 1.
 *
 * @param features [points, d]
 * @throws RangeError for features so wide that vertices cannot be numbered
 */
export function latticePoints(features: Float32Array, d: number): LatticePoints {
  const points = features.length / d;
  const side = d + 1;
  const weights = new Float32Array(points * side);
  // Per point: its remainder-0 vertex and the rank of each coordinate's distance to it, largest first.
  const bases = new Int32Array(points * side);
  const ranks = new Uint8Array(points * side);
  const scale = Float64Array.from(
    { length: d },
    (_, i) => (side * Math.sqrt(2 / 3)) / Math.sqrt((i + 1) * (i + 2)),
  );
  const elevated = new Float64Array(side);
  for (let point = 0; point < points; point++) {
    elevate(features.subarray(point * d, point * d + d), scale, elevated);
    const own = (all: Int32Array | Uint8Array | Float32Array) =>
      all.subarray(point * side, point * side + side);
    locate(elevated, own(bases) as Int32Array, own(ranks) as Uint8Array, own(weights) as Float32Array);
  }
  return { weights, ...numbered(bases, ranks, points, d) };
}

/** y = E x (section 3.1): into the hyperplane, lengths kept up to the scale. */
function elevate(feature: Float32Array, scale: Float64Array, out: Float64Array): void {
  let sum = 0;
  for (let i = feature.length; i > 0; i--) {
    const value = feature[i - 1]! * scale[i - 1]!;
    out[i] = sum - i * value;
    sum += value;
  }
  out[0] = sum;
}

/** The simplex round a point (section 3.2) and its barycentric coordinates in it (proposition 4.2). */
function locate(elevated: Float64Array, base: Int32Array, rank: Uint8Array, weights: Float32Array): void {
  const side = elevated.length;
  let surplus = 0;
  for (let i = 0; i < side; i++) {
    const nearest = Math.round(elevated[i]! / side);
    base[i] = nearest * side;
    surplus += nearest;
  }
  const ordered = new Int32Array(side);
  for (let i = 0; i < side; i++) {
    for (let j = i + 1; j < side; j++) {
      if (elevated[i]! - base[i]! < elevated[j]! - base[j]!) ordered[i]!++;
      else ordered[j]!++;
    }
  }
  // Rounding may leave the hyperplane: the coordinates that were rounded furthest go back.
  for (let i = 0; i < side; i++) {
    let at = ordered[i]! + surplus;
    const back = at < 0 ? side : at >= side ? -side : 0;
    at += back;
    base[i]! += back;
    rank[i] = at;
  }
  const steps = new Float64Array(side + 1);
  for (let i = 0; i < side; i++) {
    const share = (elevated[i]! - base[i]!) / side;
    steps[side - 1 - rank[i]!]! += share;
    steps[side - rank[i]!]! -= share;
  }
  weights.set(steps.subarray(0, side));
  weights[0]! += 1 + steps[side]!;
}

/** Numbers the vertices in the order of their first use, and finds their neighbours. */
function numbered(bases: Int32Array, ranks: Uint8Array, points: number, d: number) {
  const side = d + 1;
  const radix = radices(bases, d);
  const number = new Map<number, number>();
  const keys: number[] = [];
  const corners = new Int32Array(points * side);
  for (let point = 0; point < points; point++) {
    for (let remainder = 0; remainder < side; remainder++) {
      let key = 0;
      for (let i = 0; i < d; i++) {
        const at = point * side + i;
        key += radix[i]! * (bases[at]! + (ranks[at]! < side - remainder ? remainder : remainder - side));
      }
      let vertex = number.get(key);
      if (vertex === undefined) {
        vertex = keys.length;
        number.set(key, vertex);
        keys.push(key);
      }
      corners[point * side + remainder] = vertex;
    }
  }
  const vertices = keys.length;
  const neighbours = new Int32Array(side * vertices * 2).fill(vertices);
  const ones = radix.reduce((sum, value) => sum + value, 0);
  for (let axis = 0; axis < side; axis++) {
    // One step along the axis: −1 in every coordinate, d in its own. The last coordinate follows from the others.
    const step = (axis < d ? side * radix[axis]! : 0) - ones;
    keys.forEach((key, vertex) => {
      const at = (axis * vertices + vertex) * 2;
      neighbours[at] = number.get(key + step) ?? vertices;
      neighbours[at + 1] = number.get(key - step) ?? vertices;
    });
  }
  return { vertices, corners, neighbours };
}

/** Factors that make one number of the first d coordinates; wide enough for the neighbours of every vertex. */
function radices(bases: Int32Array, d: number): number[] {
  const side = d + 1;
  const radix: number[] = [];
  let product = 1;
  for (let i = 0; i < d; i++) {
    let low = Infinity;
    let high = -Infinity;
    for (let at = i; at < bases.length; at += side) {
      low = Math.min(low, bases[at]!);
      high = Math.max(high, bases[at]!);
    }
    radix.push(product);
    product *= 2 * Math.max(Math.abs(low), Math.abs(high)) + 6 * side;
  }
  if (!(product < Number.MAX_SAFE_INTEGER)) {
    throw new RangeError('features too wide for the lattice: make the standard deviations larger');
  }
  return radix;
}
