import { saliencyMethod } from './backprop.js';

/** Every ReLU passes a gradient where x > 0 and g > 0. Refused on networks whose rectifiers are not ReLUs. */
export const guidedBackprop = saliencyMethod(
  'guided-backprop',
  'guided',
  'backprop through ReLUs that also stop negative gradients',
  'Springenberg et al., "Striving for Simplicity" (2015), section 3.4',
);
