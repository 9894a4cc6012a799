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

/**
 * With the score exp(y), whose factor exp(y) is left out of the map: α_ij = g² / (2g² + Σ_ab A_ab · g³), 0 where g is
 * (equation 19); w = Σ_ij α_ij ReLU(g) (equation 5); map = ReLU(Σ_k w_k A_k).
 * Only g > 0 counts in w, and there α = 1 / (2 + Σ_ab A_ab · g): no power of a small g, which float32 takes for 0.
 */
export const gradCamPlusPlus: Method = {
  name: 'grad-cam++',
  summary: 'Grad-CAM with gradients weighted by their higher derivatives',
  reference: 'Chattopadhay et al., "Grad-CAM++" (WACV 2018), equations 5 and 19',
  reads: 'layer',
  gradients: [{ relu: 'gradient', at: 'layer' }],
  build: ({ b, layer, gradient }) => {
    const { height, width } = activationOf(b, layer);
    const positive = b.add('Relu', [gradient(layer, 'gradient')]);
    const scaled = timesChannels(b, positive, channelTotal(b, layer), layer);
    const alpha = inverseOrZero(b, b.add('Add', [scaled, b.scalar(2)]));
    const mean = channelMean(b, b.add('Mul', [alpha, positive]), layer);
    const weights = b.add('Mul', [mean, b.scalar(height * width)]);
    return perClass(b, b.add('Relu', [weightedSum(b, weights, layer)]), height, width);
  },
};
