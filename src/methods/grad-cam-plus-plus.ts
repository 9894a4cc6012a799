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
 */
export const gradCamPlusPlus: Method = {
  name: 'grad-cam++',
  summary: 'Grad-CAM with gradients weighted by their higher derivatives',
  reference: 'Chattopadhay et al., "Grad-CAM++" (WACV 2018), equations 5 and 19',
  reads: 'layer',
  gradients: [{ relu: 'gradient', at: 'layer' }],
  build: ({ b, layer, gradient }) => {
    const { height, width } = activationOf(b, layer);
    const g = gradient(layer, 'gradient');
    const square = b.add('Mul', [g, g]);
    const cube = timesChannels(b, b.add('Mul', [square, g]), channelTotal(b, layer), layer);
    const denominator = b.add('Add', [b.add('Mul', [square, b.scalar(2)]), cube]);
    const alpha = b.add('Mul', [square, inverseOrZero(b, denominator)]);
    const mean = channelMean(b, b.add('Mul', [alpha, b.add('Relu', [g])]), layer);
    const weights = b.add('Mul', [mean, b.scalar(height * width)]);
    return perClass(b, b.add('Relu', [weightedSum(b, weights, layer)]), height, width);
  },
};
