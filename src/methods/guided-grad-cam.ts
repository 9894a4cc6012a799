import { saliency } from './backprop.js';
import { gradCam } from './grad-cam.js';
import { activationOf } from './maps.js';
import type { Method } from './method.js';

/**
 * Grad-CAM's map, bilinearly upsampled to the input (half-pixel centres), times the gradient of guided backprop,
 * element by element; the map is the largest magnitude over the colour channels, as for backprop.
 */
export const guidedGradCam: Method = {
  name: 'guided-grad-cam',
  summary: 'guided backprop, masked by the upsampled map of Grad-CAM',
  reference: 'Selvaraju et al., "Grad-CAM" (ICCV 2017), section 3.2',
  reads: 'layer',
  gradients: [
    { relu: 'gradient', at: 'mean' },
    { relu: 'guided', at: 'input' },
  ],
  build: (context) => {
    const { b, gradient } = context;
    const coarse = gradCam.build(context);
    const { height, width } = activationOf(b, b.network.input);
    const small = b.reshape(coarse.map, [-1, 1, coarse.height, coarse.width]);
    const rows = b.add('Slice', [b.add('Shape', [small]), b.ints([0]), b.ints([1])]);
    const sizes = b.add('Concat', [rows, b.ints([1, height, width])], { axis: { type: 'int', value: 0 } });
    const large = b.add('Resize', [small, '', '', sizes], {
      mode: { type: 'string', value: 'linear' },
      coordinate_transformation_mode: { type: 'string', value: 'half_pixel' },
    });
    return saliency(b, b.add('Mul', [gradient(b.network.input, 'guided'), large]));
  },
};
