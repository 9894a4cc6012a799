import { ModelError } from '../base/errors.js';
import { activations } from './activations.js';
import type { Method } from './method.js';

/**
 * What a segmenter, a network whose output is [N, C, h, w], says of each place: the planes of all classes below each
 * other, [N, k, C·h, w], the same for each of the k classes. No explanation, but what some are the seeds of. A network with
 * it among its methods is taken for a segmenter, its scores for the means of the planes.
 */
export const segmenter: Method = {
  ...activations,
  name: 'segmenter',
  summary: 'the scores at positions of a network whose output is [N,C,h,w]',
  defaultLayer: ({ network }) => {
    if (network.planes !== undefined) return network.planes;
    throw new ModelError('no segmenter: its output has no positions');
  },
};
