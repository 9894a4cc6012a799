import { ModelError } from '../base/errors.js';
import { type Constant, sizeOf } from '../onnx/graph.js';
import { readTensor, TensorFault } from '../onnx/tensor.js';
import type { CaffeLayer } from './net.js';
import type { Blob } from './weights.js';

/**
 * A layer's trained blob with the shape that the layer needs; old files write every blob as four dimensions.
 * @param what names it in messages, in the plural: "weights", "biases"
 * @throws ModelError when the blob is missing or has another number of values
 */
export function trained(
  layer: CaffeLayer,
  blobs: readonly Blob[],
  at: number,
  shape: readonly number[],
  what: string,
): Constant {
  const blob = blobs[at];
  if (blob === undefined) {
    throw new ModelError(
      `${layer.where}: the caffemodel holds no ${what} for it: is it the file that belongs to this prototxt?`,
    );
  }
  if (sizeOf(blob.shape) !== sizeOf(shape)) {
    throw new ModelError(
      `${layer.where}: its ${what} in the caffemodel are [${blob.shape.join(',')}], the prototxt needs [${shape.join(',')}]: is it the file that belongs to it, and the input size right?`,
    );
  }
  return readTensor({ dims: shape, dataType: 1, rawData: blob.bytes }, () => {
    throw new TensorFault('lies outside of the caffemodel');
  });
}

export function valuesOf(constant: Constant): Float32Array {
  return constant.data as Float32Array;
}
