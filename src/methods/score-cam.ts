import { probabilitiesOver } from '../base/probabilities.js';
import { resizeMap } from '../base/resize-map.js';
import type { Activation, MultiPassMethod } from './method.js';

/**
 * map = ReLU(Σ_c α_c A_c), α_c = p(x ⊙ s(Up(A_c))) − p(x_b): how much of the class's probability
 * comes back when the baseline x_b, zero as the network sees it, is lit by channel c of the layer alone. Up is bilinear
 * to the input's size, s(A) = (A − min A) / (max A − min A); a channel that is the same everywhere lights nothing.
 */
export const scoreCam: MultiPassMethod = {
  name: 'score-cam',
  summary: "activations weighted by the class's probability behind each, without gradients",
  reference: 'Wang et al., "Score-CAM" (CVPR workshops 2020), section 3: channel-wise increase of confidence',
  reads: 'layer',
  probe: 'scores',
  passes: (image, [channels, height, width], classIds, layer, steps) => {
    const area = height * width;
    const units = layer.shape[0];
    const baseline = new Float64Array(classIds.length);
    const sums = new Float64Array((classIds.length * layer.data.length) / units);
    const lit = new Float32Array(area);
    return {
      // The first pass is the baseline.
      count: units + 1,
      copy: (pass, out) => {
        if (pass === 0) lit.fill(0);
        else lightOf(layer, pass - 1, height, width, lit);
        for (let i = 0; i < channels * area; i++) out[i] = image[i]! * lit[i % area]!;
      },
      take: (pass, { scores }) => {
        const probability = probabilitiesOver(steps, scores);
        classIds.forEach((id, j) => {
          const now = probability(scores[id]!);
          if (pass === 0) baseline[j] = now;
          else addChannel(sums, j, layer, pass - 1, now - baseline[j]!);
        });
      },
      finish: () => Float32Array.from(sums, (sum) => Math.max(0, sum)),
    };
  },
};

/** s(Up(A_c)): 0 … 1. */
function lightOf(
  { data, shape }: Activation,
  c: number,
  height: number,
  width: number,
  out: Float32Array,
): void {
  const [, rows, columns] = shape;
  const area = rows * columns;
  const channel = { data: data.subarray(c * area, (c + 1) * area), height: rows, width: columns };
  out.set(resizeMap(channel, { width, height }).data);
  let [low, high] = [Infinity, -Infinity];
  for (const value of out) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const range = high - low;
  for (let i = 0; i < out.length; i++) out[i] = range === 0 ? 0 : (out[i]! - low) / range;
}

/** Adds α·A_c to the map of class j. */
function addChannel(
  sums: Float64Array,
  j: number,
  { data, shape }: Activation,
  c: number,
  alpha: number,
): void {
  const area = shape[1] * shape[2];
  for (let i = 0; i < area; i++) sums[j * area + i]! += alpha * data[c * area + i]!;
}
