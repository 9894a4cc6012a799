import { activationOf } from './maps.js';
import type { Method } from './method.js';

/** A of a layer itself, [N, k, C·H, W], the same for every class: what methods of many passes read of it. */
export const activations: Method = {
  name: 'activations',
  summary: 'the activations of a layer',
  reference: 'the network itself',
  reads: 'layer',
  gradients: [],
  build: ({ b, layer }) => {
    const { channels, height, width } = activationOf(b, layer);
    const flat = b.reshape(layer, [-1, 1, channels * height, width]);
    const map = b.k === 1 ? flat : b.add('Expand', [flat, b.ints([1, b.k, 1, 1])]);
    return { map, height: channels * height, width, channels };
  },
};
