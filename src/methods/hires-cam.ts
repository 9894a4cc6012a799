import { activationOf, rectifiedSum } from './maps.js';
import type { Method } from './method.js';

/** map = ReLU(Σ_k ∂y/∂A_k ⊙ A_k): the gradient is not averaged first. */
export const hiResCam: Method = {
  name: 'hires-cam',
  summary: 'activations times gradient, position by position',
  reference: 'Draelos and Carin, "Use HiResCAM instead of Grad-CAM" (2020), section 3.2',
  reads: 'layer',
  gradients: [{ relu: 'gradient', at: 'layer' }],
  build: ({ b, layer, gradient }) => {
    const { channels, height, width } = activationOf(b, layer);
    const product = b.timesForward(gradient(layer, 'gradient'), layer, [channels, height, width]);
    return rectifiedSum(b, product, layer);
  },
};
