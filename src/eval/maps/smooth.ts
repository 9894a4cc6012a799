import type { Heatmap } from '../../base/heatmap.js';

export type Border = 'reflected' | 'repeated';

/**
 * Gaussian smoothing, separable, cut off at 4σ. A constant map stays constant.
 *
 * @param sigma in pixels of the map; 0 or less gives the map back
 * @param border what stands beyond the border: the map `reflected` (the edge pixel twice), so that nothing of it is lost,
 *   or its edge pixel `repeated`, as TorchRay's pointing game does
 */
export function smoothMap(map: Heatmap, sigma: number, border: Border = 'reflected'): Heatmap {
  if (!(sigma > 0)) return map;
  const kernel = gaussian(sigma);
  const { width, height } = map;
  const rows = convolveLines(map.data, kernel, width, height, 1, width, border);
  return { data: convolveLines(rows, kernel, height, width, width, 1, border), width, height };
}

/** Weights at 0, ±1, … ±radius, as [0…radius]; the whole kernel sums to 1. */
function gaussian(sigma: number): Float64Array {
  const radius = Math.ceil(4 * sigma);
  const half = Float64Array.from({ length: radius + 1 }, (_, i) => Math.exp(-(i * i) / (2 * sigma * sigma)));
  const total = half.reduce((sum, weight) => sum + 2 * weight, 0) - half[0]!;
  return half.map((weight) => weight / total);
}

/** Convolves `lines` lines of `length` values; values of a line lie `step` apart, lines `stride`. */
function convolveLines(
  data: Float32Array,
  kernel: Float64Array,
  length: number,
  lines: number,
  step: number,
  stride: number,
  border: Border,
): Float32Array {
  const out = new Float32Array(data.length);
  const radius = kernel.length - 1;
  const beyond = border === 'reflected' ? reflection(length, radius) : repetition(length, radius);
  const padded = new Float32Array(length + 2 * radius);
  for (let line = 0; line < lines; line++) {
    const base = line * stride;
    for (let p = 0; p < padded.length; p++) padded[p] = data[base + beyond[p]! * step]!;
    for (let i = 0; i < length; i++) {
      const centre = i + radius;
      let sum = kernel[0]! * padded[centre]!;
      for (let d = 1; d <= radius; d++) sum += kernel[d]! * (padded[centre - d]! + padded[centre + d]!);
      out[base + i * step] = sum;
    }
  }
  return out;
}

/** For positions −radius … length + radius − 1, which value of the line stands there. */
function reflection(length: number, radius: number): Int32Array {
  const period = 2 * length;
  return Int32Array.from({ length: length + 2 * radius }, (_, p) => {
    const inside = (((p - radius) % period) + period) % period;
    return inside < length ? inside : period - 1 - inside;
  });
}

function repetition(length: number, radius: number): Int32Array {
  return Int32Array.from({ length: length + 2 * radius }, (_, p) =>
    Math.min(length - 1, Math.max(0, p - radius)),
  );
}
