import { ModelError } from '../../base/errors.js';
import { activations } from './activations.js';
import type { Reading } from './reading.js';

/**
 * The scores at positions of a network whose output is [N, C, h, w]: no explanation, but what some are the seeds of. A network
 * of which it is read is taken for a segmenter, its scores for the means of the planes.
 */
export const segmenter: Reading = {
  ...activations,
  name: 'segmenter',
  defaultLayer: ({ network }) => {
    if (network.planes !== undefined) return network.planes;
    throw new ModelError('no segmenter: its output has no positions');
  },
};
