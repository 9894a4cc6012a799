import { activationOf, perClass, weightedSum } from './maps.js';
import type { Method } from './method.js';

/**
 * α_k = 1/Z Σ_ij ∂y/∂A_k,ij (equation 1), map = ReLU(Σ_k α_k A_k) (equation 2).
 */
export const gradCam: Method = {
  name: 'grad-cam',
  summary: 'activations of a layer weighted by their mean gradient',
  reference: 'Selvaraju et al., "Grad-CAM" (ICCV 2017), section 3, equations 1 and 2',
  reads: 'layer',
  gradients: [{ relu: 'gradient', at: 'mean' }],
  build: ({ b, layer, meanGradient }) => {
    const { height, width } = activationOf(b, layer);
    const alpha = meanGradient();
    return perClass(b, b.add('Relu', [weightedSum(b, alpha, layer)]), height, width);
  },
};
