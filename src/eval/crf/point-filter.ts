/**
 * Sums values over points under a Gaussian kernel: out_i = Σ_j k(f_i, f_j) · values_j with
 * k(a, b) = exp(−|a − b|² / 2), point i itself among them, up to a factor that is the same for all points.
 *
 * @param values [points, channels]; left as they are
 * @returns [points, channels]
 */
export type PointFilter = (values: Float32Array, channels: number) => Float32Array;

/**
 * @param features [points, dimensions], each divided by its standard deviation
 * @throws RangeError when there are more points, or wider features, than the filter can take
 */
export type MakeFilter = (features: Float32Array, dimensions: number) => PointFilter;
