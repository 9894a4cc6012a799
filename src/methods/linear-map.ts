/** A linear map of a layer's mean over its positions, whose matrix is made when it is asked for: [rows, columns], row-major. */
export interface LinearMap {
  readonly layer: string;
  readonly rows: number;
  readonly matrix: () => Float64Array;
  /** Name of a [rows, columns] float32 constant with the same numbers, where there is one. */
  readonly constant?: string;
}

/** Factors of rows or columns: one for all, or one each. */
type Factors = Float64Array;

const factorAt = (factors: Factors, i: number) => factors[factors.length === 1 ? 0 : i]!;

/** Both factors at once. */
export function times(a: Factors | undefined, b: Factors): Factors {
  if (a === undefined) return b;
  const length = Math.max(a.length, b.length);
  return Float64Array.from({ length }, (_, i) => factorAt(a, i) * factorAt(b, i));
}

/** Behind the map each row is multiplied by its factor. */
export function scaledRows(map: LinearMap, factors: Factors | undefined): LinearMap {
  return scaled(map, factors, (at, columns) => Math.floor(at / columns));
}

/** Before the map each column is multiplied by its factor. */
export function scaledColumns(map: LinearMap, factors: Factors | undefined): LinearMap {
  return scaled(map, factors, (at, columns) => at % columns);
}

function scaled(
  map: LinearMap,
  factors: Factors | undefined,
  indexOf: (at: number, columns: number) => number,
): LinearMap {
  if (factors === undefined) return map;
  const { layer, rows, matrix } = map;
  const product = () => {
    const values = matrix();
    return values.map((value, at) => value * factorAt(factors, indexOf(at, values.length / rows)));
  };
  return { layer, rows, matrix: product };
}

/** The rows of maps of one layer, one map after the other; there is at least one. */
export function stacked(maps: readonly LinearMap[]): LinearMap {
  return {
    layer: maps[0]!.layer,
    rows: maps.reduce((sum, { rows }) => sum + rows, 0),
    matrix: () => Float64Array.from(maps.flatMap(({ matrix }) => [...matrix()])),
  };
}

/** [columns, rows] of a matrix [rows, columns]. */
export function transposed(values: readonly number[], rows: number, columns: number): Float64Array {
  return Float64Array.from(
    { length: values.length },
    (_, i) => values[(i % rows) * columns + Math.floor(i / rows)]!,
  );
}
