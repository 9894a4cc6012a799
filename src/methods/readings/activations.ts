import { activationOf } from '../maps.js';
import type { Reading } from './reading.js';

/** A of a layer itself, [N, C, H, W]: what methods of many passes read of it. */
export const activations: Reading = {
  name: 'activations',
  reads: 'layer',
  gradients: [],
  build: ({ b, layer }) => {
    const { channels, height, width } = activationOf(b, layer);
    return { value: layer, shape: [channels, height, width], perClass: false };
  },
};
