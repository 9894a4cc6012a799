import { type Random, seededRandom } from '../base/random.js';
import { GradientSum } from './gradient-sum.js';
import type { MultiPassMethod } from './method.js';

const COPIES = 25;
/** σ as a share of the image's range, between the 10 % and 20 % that the paper recommends. */
const NOISE = 0.15;

/** map = max_c |mean over copies of ∂y/∂x_c(x + ε)|, ε normal with σ = 15 % of max x − min x. */
export const smoothGrad: MultiPassMethod = {
  name: 'smooth-grad',
  summary: `backprop averaged over ${COPIES} noisy copies of the image`,
  reference: 'Smilkov et al., "SmoothGrad" (2017), section 3',
  reads: 'input',
  probe: 'gradients',
  passes: (image, shape, classIds) => {
    const total = new GradientSum(shape, classIds.length);
    const [low, high] = range(image);
    const sigma = NOISE * (high - low);
    return {
      count: COPIES,
      copy: (pass, out) => {
        // The copy's number is its seed: every image gets the same noise, whatever batch or shard it comes in.
        const random = seededRandom(pass);
        for (let i = 0; i < image.length; i++) out[i] = image[i]! + sigma * normal(random);
      },
      take: (_, { gradients }) => total.add(gradients),
      finish: () => total.largestOverChannels((sum) => sum / COPIES),
    };
  },
};

function range(values: Float32Array): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

/** Box and Muller's transform. */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
