import type { ThresholdRule } from './largest-box.js';

/**
 * The Grad-CAM paper's rule (section 4.1) with this program's answers to what the paper leaves open: the map enlarged
 * bilinearly to the stored image, cut at 15 % of its maximum (`>=`), and the box of the component with the most pixels,
 * eight neighbours each. A configuration without any key of `localization` has the same one.
 */
export const DEFAULT_BOX_RULE: ThresholdRule = {
  rule: 'threshold',
  threshold: 0.15,
  comparison: '>=',
  connectivity: 8,
  largest: 'count',
  upsampling: 'bilinear',
  frame: 'image',
  smooth: 0,
};
