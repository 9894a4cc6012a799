import type { KernelTable } from '../kernel.js';
import { convolutionKernels } from './convolution.js';
import { elementwiseKernels } from './elementwise.js';
import { indexingKernels } from './indexing.js';
import { linearKernels } from './linear.js';
import { normalizationKernels } from './normalization.js';
import { poolingKernels } from './pooling.js';
import { reductionKernels } from './reduction.js';
import { resizeKernels } from './resize.js';
import { shapingKernels } from './shaping.js';

/** Every operator that a prepared network or a method's nodes can hold. */
export const kernels: KernelTable = {
  ...convolutionKernels,
  ...elementwiseKernels,
  ...indexingKernels,
  ...linearKernels,
  ...normalizationKernels,
  ...poolingKernels,
  ...reductionKernels,
  ...resizeKernels,
  ...shapingKernels,
};
