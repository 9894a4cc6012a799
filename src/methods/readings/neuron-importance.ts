import { activationOf, channelMean } from '../maps.js';
import type { Reading } from './reading.js';

/**
 * α_k = 1/Z Σ_ij ∂y/∂A_k,ij of each unit (channel) k of a layer, [N, classes, C]: its importance for the class. Selvaraju et
 * al., "Grad-CAM" (IJCV 2020), section 9: α of equation 1 as the importance of neurons.
 */
export const neuronImportance: Reading = {
  name: 'neuron-importance',
  reads: 'layer',
  gradients: [{ relu: 'gradient', at: 'layer' }],
  build: ({ b, layer, gradient }) => {
    const { channels } = activationOf(b, layer);
    return { value: channelMean(b, gradient(layer, 'gradient'), layer), shape: [channels], perClass: true };
  },
};

/** 1/Z Σ_ij A_k,ij, [N, C]: how active each unit of a layer is. */
export const neuronActivity: Reading = {
  name: 'neuron-activity',
  reads: 'layer',
  gradients: [],
  build: ({ b, layer }) => {
    const { channels } = activationOf(b, layer);
    const value = b.reshape(b.add('GlobalAveragePool', [layer]), [-1, channels]);
    return { value, shape: [channels], perClass: false };
  },
};
