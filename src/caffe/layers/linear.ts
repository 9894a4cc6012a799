import { ModelError } from '../../base/errors.js';
import { int, ints } from '../net-builder.js';
import { trained } from '../trained.js';
import type { ConvertLayer, LayerTable } from './layer.js';
import { pairOf, planeOf } from './windows.js';

/** Weights [out, in/group, kh, kw] as in ONNX; the output size rounds down: (H + 2p − extent)/s + 1. */
const convolution: ConvertLayer = ({ layer, blobs, b }) => {
  const x = b.read(layer);
  if (layer.bottoms.length !== 1) {
    throw new ModelError(`${layer.where} has ${layer.bottoms.length} bottoms; write one layer for each`);
  }
  const fields = layer.fields.sub('convolution_param');
  const plane = planeOf(fields, x.shape);
  const channels = x.shape[0]!;
  const out = fields.whole('num_output', 0, 1);
  const group = fields.whole('group', 1, 1);
  const kernel = pairOf(fields, 'kernel_size', 1, undefined);
  const stride = pairOf(fields, 'stride', 1, 1);
  const pad = pairOf(fields, 'pad', 0, 0);
  const dilation = pairOf(fields, 'dilation', 1, 1);
  if (fields.number('axis', 1) !== 1) throw new ModelError(`${layer.where}: axis must be 1, the channels`);
  if (out < 1 || out % group !== 0 || channels % group !== 0) {
    throw new ModelError(
      `${layer.where}: ${channels} channels and num_output ${out} cannot be split into ${group} group(s)`,
    );
  }
  const size = plane.map((length, axis) => {
    const extent = (kernel[axis]! - 1) * dilation[axis]! + 1;
    const room = length + 2 * pad[axis]! - extent;
    if (room < 0) {
      throw new ModelError(
        `${layer.where}: its kernel (${extent}) is larger than its input (${length}); use a larger input size`,
      );
    }
    return Math.floor(room / stride[axis]!) + 1;
  });
  const weights = trained(layer, blobs, 0, [out, channels / group, ...kernel], 'weights');
  const bias = fields.bool('bias_term', true)
    ? [b.constant(layer, 'bias', trained(layer, blobs, 1, [out], 'biases'))]
    : [];
  b.write(layer, 'Conv', [x.name, b.constant(layer, 'weight', weights), ...bias], [out, ...size], {
    kernel_shape: ints(kernel),
    strides: ints(stride),
    pads: ints([...pad, ...pad]),
    dilations: ints(dilation),
    group: int(group),
  });
};

/** Rows of weights [out, in], one per output; everything but the batch is flattened first. */
const innerProduct: ConvertLayer = ({ layer, blobs, b }) => {
  const x = b.read(layer);
  const fields = layer.fields.sub('inner_product_param');
  if (fields.number('axis', 1) !== 1) {
    throw new ModelError(`${layer.where}: only axis 1 is supported, all of an image's values as one vector`);
  }
  const out = fields.whole('num_output', 0, 1);
  if (out < 1) throw new ModelError(`${layer.where}: num_output is missing`);
  const inner = x.shape.reduce((product, dim) => product * dim, 1);
  const transpose = fields.bool('transpose', false);
  const weights = trained(layer, blobs, 0, transpose ? [inner, out] : [out, inner], 'weights');
  const bias = fields.bool('bias_term', true)
    ? [b.constant(layer, 'bias', trained(layer, blobs, 1, [out], 'biases'))]
    : [];
  const flat = x.shape.length === 1 ? x.name : b.step(layer, 'Flatten', [x.name], { axis: int(1) });
  b.write(layer, 'Gemm', [flat, b.constant(layer, 'weight', weights), ...bias], [out], {
    transB: int(transpose ? 0 : 1),
  });
};

export const linearLayers: LayerTable = { Convolution: convolution, InnerProduct: innerProduct };
