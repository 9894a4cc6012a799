import { activationOf, rectifiedSum } from './maps.js';
import type { Method } from './method.js';

/** map = ReLU(Σ_k ReLU(∂y/∂A_k) ⊙ A_k) (equations 5 to 7). */
export const layerCam: Method = {
  name: 'layer-cam',
  summary: 'activations times positive gradient, position by position',
  reference: 'Jiang et al., "LayerCAM" (IEEE TIP 2021), section III-B',
  reads: 'layer',
  gradients: [{ relu: 'gradient', at: 'layer' }],
  build: ({ b, layer, gradient }) => {
    const { channels, height, width } = activationOf(b, layer);
    const positive = b.add('Relu', [gradient(layer, 'gradient')]);
    return rectifiedSum(b, b.timesForward(positive, layer, [channels, height, width]), layer);
  },
};
