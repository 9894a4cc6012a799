import { GradientSum } from './gradient-sum.js';
import type { MultiPassMethod } from './method.js';

const STEPS = 32;

/**
 * map = max_c |x_c ∫₀¹ ∂y/∂x_c(t·x) dt|, the integral by the midpoint rule. The baseline is zero as the network sees
 * it, after preprocessing: the mean colour where the mean is subtracted.
 */
export const integratedGradients: MultiPassMethod = {
  name: 'integrated-gradients',
  summary: `input times its gradient averaged over ${STEPS} steps from the mean colour to the image`,
  reference: 'Sundararajan et al., "Axiomatic Attribution for Deep Networks" (ICML 2017), equation 3',
  reads: 'input',
  probe: 'gradients',
  passes: (image, shape, classIds) => {
    const total = new GradientSum(shape, classIds.length);
    return {
      count: STEPS,
      copy: (pass, out) => {
        const t = (pass + 0.5) / STEPS;
        for (let i = 0; i < image.length; i++) out[i] = t * image[i]!;
      },
      take: (_, { gradients }) => total.add(gradients),
      finish: () => total.largestOverChannels((sum, at) => (sum / STEPS) * image[at]!),
    };
  },
};
