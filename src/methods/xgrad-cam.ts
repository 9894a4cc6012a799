import {
  activationOf,
  channelMean,
  channelTotal,
  inverseOrZero,
  perClass,
  timesChannels,
  weightedSum,
} from './maps.js';
import type { Method } from './method.js';

/** α_k = Σ_ij (A_k,ij / Σ A_k) ∂y/∂A_k,ij, 0 for a channel without activation; map = ReLU(Σ_k α_k A_k). */
export const xGradCam: Method = {
  name: 'xgrad-cam',
  summary: 'Grad-CAM with gradients averaged by activation',
  reference: 'Fu et al., "Axiom-based Grad-CAM" (BMVC 2020), equation 8',
  reads: 'layer',
  gradients: [{ relu: 'gradient', at: 'layer' }],
  build: ({ b, layer, gradient }) => {
    const { channels, height, width } = activationOf(b, layer);
    const product = b.timesForward(gradient(layer, 'gradient'), layer, [channels, height, width]);
    const inverse = b.once(`inverse total ${layer}`, () => inverseOrZero(b, channelTotal(b, layer)));
    // A mean times the number of positions is the sum.
    const alpha = channelMean(b, timesChannels(b, product, inverse, layer), layer);
    const scaled = b.add('Mul', [alpha, b.scalar(height * width)]);
    return perClass(b, b.add('Relu', [weightedSum(b, scaled, layer)]), height, width);
  },
};
