import { activationOf } from '../maps.js';
import type { Reading } from './reading.js';

/**
 * ∂y/∂x with its sign, [N, k, 3, H, W]: Simonyan et al., "Deep Inside Convolutional Networks" (2014), section 3.1. Methods
 * of many passes read it of each copy, attacks of each step.
 */
export const inputGradient: Reading = {
  name: 'input-gradient',
  reads: 'input',
  gradients: [{ relu: 'gradient', at: 'input' }],
  build: ({ b, gradient }) => {
    const { channels, height, width } = activationOf(b, b.network.input);
    const value = b.reshape(gradient(b.network.input, 'gradient'), [-1, b.k, channels, height, width]);
    return { value, shape: [channels, height, width], perClass: true };
  },
};
