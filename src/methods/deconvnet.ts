import { saliencyMethod } from './backprop.js';

/** Every ReLU passes a gradient where g > 0, whatever x was. Refused on networks whose rectifiers are not ReLUs. */
export const deconvnet = saliencyMethod(
  'deconvnet',
  'deconvnet',
  'backprop through ReLUs that stop negative gradients instead of negative inputs',
  'Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks" (ECCV 2014), section 2.1',
);
