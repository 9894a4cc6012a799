import { activationOf, channelMean } from './maps.js';
import type { Method } from './method.js';

/**
 * The units (channels) of a layer in place of a map, [N, k, 2, C]: first α_k = 1/Z Σ_ij ∂y/∂A_k,ij of the class, its
 * importance; then 1/Z Σ_ij A_k,ij, how active the unit is, the same for every class. Read by the experiment that ranks
 * units and names them; a picture of it says nothing.
 */
export const neuronImportance: Method = {
  name: 'neuron-importance',
  summary: 'mean gradient and mean activation of each unit of a layer',
  reference:
    'Selvaraju et al., "Grad-CAM" (IJCV 2020), section 9: α of equation 1 as the importance of neurons',
  reads: 'layer',
  gradients: [{ relu: 'gradient', at: 'layer' }],
  build: ({ b, layer, gradient }) => {
    const { channels } = activationOf(b, layer);
    const alpha = b.reshape(channelMean(b, gradient(layer, 'gradient'), layer), [-1, b.k, 1, channels]);
    const mean = b.reshape(b.add('GlobalAveragePool', [layer]), [-1, 1, 1, channels]);
    const active = b.k === 1 ? mean : b.add('Expand', [mean, b.ints([1, b.k, 1, channels])]);
    const map = b.add('Concat', [alpha, active], { axis: { type: 'int', value: 2 } });
    return { map, height: 2, width: channels };
  },
};
