import { saliency } from './backprop.js';
import type { Method } from './method.js';

/** max_c |x_c · ∂y/∂x_c|, x as the network sees it, after preprocessing. */
export const inputXGradient: Method = {
  name: 'input-x-gradient',
  summary: 'largest absolute product of input and gradient over the colour channels',
  reference: 'Shrikumar et al., "Not Just a Black Box" (2016), section 2',
  reads: 'input',
  gradients: [{ relu: 'gradient', at: 'input' }],
  build: ({ b, gradient }) => {
    const { input } = b.network;
    return saliency(b, b.timesForward(gradient(input, 'gradient'), input, b.type(input).dims));
  },
};
