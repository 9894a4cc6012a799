import { ModelError } from '../base/errors.js';
import { camHead } from './cam-head.js';
import { activationOf, perClass, weightedSum } from './maps.js';
import type { Method } from './method.js';

/** map = ReLU(Σ_k w_k A_k), w the weights of the linear layer behind global average pooling. */
export const cam: Method = {
  name: 'cam',
  summary: 'activations before global average pooling weighted by the classifier',
  reference: 'Zhou et al., "Learning Deep Features for Discriminative Localization" (CVPR 2016), equation 2',
  reads: 'layer',
  defaultLayer: (b) => camHead(b).layer,
  gradients: [],
  build: ({ b, layer, classIds }) => {
    const head = camHead(b);
    if (layer !== head.layer) {
      throw new ModelError(
        `cam reads the layer before the global pooling, \`${head.layer}\`, not \`${layer}\``,
      );
    }
    const { height, width } = activationOf(b, layer);
    const weights = b.add('Gather', [head.weights, classIds], { axis: { type: 'int', value: 0 } });
    return perClass(b, b.add('Relu', [weightedSum(b, weights, layer)]), height, width);
  },
};
