import { activationOf, perClass, weightedSum } from './maps.js';
import type { Method } from './method.js';

/** Grad-CAM with −∂y/∂A in place of ∂y/∂A: the regions that would lower the score of the class. */
export const counterfactualGradCam: Method = {
  name: 'counterfactual-grad-cam',
  summary: 'Grad-CAM of the negated score: what speaks against the class',
  reference: 'Selvaraju et al., "Grad-CAM" (ICCV 2017), section 3.3',
  reads: 'layer',
  gradients: [{ relu: 'gradient', at: 'mean' }],
  build: ({ b, layer, meanGradient }) => {
    const { height, width } = activationOf(b, layer);
    const alpha = b.add('Neg', [meanGradient()]);
    return perClass(b, b.add('Relu', [weightedSum(b, alpha, layer)]), height, width);
  },
};
