import { activationOf } from './maps.js';
import type { Method } from './method.js';

/** ∂y/∂x with its sign, [N, k, 3·H, W]: what methods of many passes read of each copy. Not offered to users. */
export const signedGradient: Method = {
  name: 'signed-gradient',
  summary: 'the gradient of the score at the input',
  reference: 'Simonyan et al., "Deep Inside Convolutional Networks" (2014), section 3.1',
  reads: 'input',
  gradients: [{ relu: 'gradient', at: 'input' }],
  build: ({ b, gradient }) => {
    const { channels, height, width } = activationOf(b, b.network.input);
    const map = b.reshape(gradient(b.network.input, 'gradient'), [-1, b.k, channels * height, width]);
    return { map, height: channels * height, width };
  },
};
