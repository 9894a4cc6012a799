import { type Constant, floatOf, intOf, intsOf, type Node, sizeOf } from '../onnx/graph.js';
import { floatPieces } from '../onnx/mapped.js';
import type { GraphBuilder } from './builder.js';
import { rectifierMask } from './operators/rectifier.js';
import { isGlobalAverage } from './position-mean.js';

/*
 * Grad-CAM reads a gradient's mean over the positions of a layer, never the gradient itself. Where everything between
 * the layer and a value above it keeps sums over positions, the mean follows from the gradient of that value: a max
 * pool hands each gradient to one position, a fully connected layer behind it sums its weights, which is done here once
 * and for all. Of VGG-16's first fully connected layer (411 MB) 8 MB remain to be read, and five classes cost no more.
 */

/** The gradients of `needs`, once known, give the mean of the layer's. */
export interface SpatialMean {
  readonly needs: readonly string[];
  /** @returns mean over the positions of ∂score/∂layer, [N·k, C] */
  readonly build: (gradient: (value: string) => string) => string;
}

/** A sum over positions, [N·k, C], made of the gradients of `needs`. */
type Part = { readonly needs: readonly string[]; readonly sum: SpatialMean['build'] };

/** The shortcut for a layer [N, C, H, W]; undefined where there is none and the layer's gradient has to be walked to. */
export function spatialMean(b: GraphBuilder, layer: string): SpatialMean | undefined {
  const part = partAt(b, layer);
  if (part === undefined) return undefined;
  const positions = sizeOf(b.type(layer).dims.slice(1));
  return {
    needs: part.needs,
    build: (gradient) => b.add('Mul', [part.sum(gradient), b.scalar(1 / positions)]),
  };
}

function partAt(b: GraphBuilder, value: string): Part | undefined {
  const parts = b.readersOf(value).map((node) => partThrough(b, node, value));
  if (parts.length === 0 || !parts.every((part) => part !== undefined)) return undefined;
  return {
    needs: parts.flatMap(({ needs }) => needs),
    sum: (gradient) => {
      const sums = parts.map(({ sum }) => sum(gradient));
      return sums.length === 1 ? sums[0]! : b.add('Sum', sums);
    },
  };
}

type Through = (b: GraphBuilder, node: Node, value: string) => Part | undefined;

const above: Through = (b, node) => partAt(b, node.outputs[0]!);

/** A global average gives every position the same share: its sum is the gradient of the average. */
const average: Through = (b, node, value) => {
  if (!isGlobalAverage(b, node)) return undefined;
  const [channels] = b.type(value).dims;
  const y = node.outputs[0]!;
  return { needs: [y], sum: (gradient) => b.reshape(gradient(y), [-1, channels!]) };
};

/** Only under a global average, whose gradient is the same at all positions: it counts where x > 0. */
const rectified: Through = (b, node) => {
  const y = node.outputs[0]!;
  const readers = b.readersOf(y);
  const part = readers.every((reader) => isGlobalAverage(b, reader)) ? partAt(b, y) : undefined;
  const [channels] = b.type(y).dims;
  if (part === undefined) return undefined;
  return {
    needs: part.needs,
    sum: (gradient) => {
      const share = b.reshape(b.add('GlobalAveragePool', [rectifierMask(b, y)]), [-1, channels!]);
      return b.timesForward(part.sum(gradient), share, [channels!]);
    },
  };
};

/** A 1×1 convolution mixes channels alike at every position: its transpose maps sums to sums. */
const pointwise: Through = (b, node) => {
  const weight = b.known(node.inputs[1]!);
  const plain =
    weight?.dtype === 'float32' &&
    intOf(node, 'group', 1) === 1 &&
    weight.shape.slice(2).every((size) => size === 1) &&
    intsOf(node, 'strides')!.every((stride) => stride === 1) &&
    intsOf(node, 'pads')!.every((pad) => pad === 0);
  const part = plain ? partAt(b, node.outputs[0]!) : undefined;
  if (weight === undefined || part === undefined) return undefined;
  return {
    needs: part.needs,
    sum: (gradient) => {
      const matrix = b.once(`matrix ${node.inputs[1]}`, () =>
        b.constant('float32', weight.shape.slice(0, 2), weight.data),
      );
      return b.add('Gemm', [part.sum(gradient), matrix]);
    },
  };
};

const joined: Through = (b, node, value) => {
  if (intOf(node, 'axis', 1) !== 1 || node.inputs.filter((name) => name === value).length !== 1)
    return undefined;
  const part = partAt(b, node.outputs[0]!);
  if (part === undefined) return undefined;
  const sizes = node.inputs.map((name) => b.type(name).dims[0]!);
  const at = node.inputs.indexOf(value);
  const from = sizes.slice(0, at).reduce((sum, size) => sum + size, 0);
  return {
    needs: part.needs,
    sum: (gradient) =>
      b.add('Slice', [part.sum(gradient), b.ints([from]), b.ints([from + sizes[at]!]), b.ints([1])]),
  };
};

const added: Through = (b, node, value) => {
  const dims = b.type(node.outputs[0]!).dims.join();
  const same = node.inputs.every((name) => b.known(name) === undefined && b.type(name).dims.join() === dims);
  return same && node.inputs.filter((name) => name === value).length === 1
    ? above(b, node, value)
    : undefined;
};

/** Flattened and multiplied by W: the sum over positions of Wᵀg is (W summed over positions)ᵀ g. */
const flattened: Through = (b, node, value) => {
  const [channels, ...spatial] = b.type(value).dims as [number, ...number[]];
  const positions = sizeOf(spatial);
  const flat = node.outputs[0]!;
  const [linear, ...others] = b.readersOf(flat);
  if (linear === undefined || others.length > 0 || b.type(flat).dims.join() !== `${channels * positions}`)
    return undefined;
  const weight = b.known(linear.inputs[1] ?? '');
  const plain = linear.op === 'MatMul' || (linear.op === 'Gemm' && intOf(linear, 'transA', 0) === 0);
  if (!plain || linear.inputs[0] !== flat || weight?.dtype !== 'float32' || weight.shape.length !== 2)
    return undefined;
  const outputsFirst = linear.op === 'Gemm' && intOf(linear, 'transB', 0) === 1;
  const alpha = linear.op === 'Gemm' ? floatOf(linear, 'alpha', 1) : 1;
  const y = linear.outputs[0]!;
  return {
    needs: [y],
    sum: (gradient) => {
      const summed = b.once(`summed ${linear.inputs[1]} ${channels}`, () => {
        const outputs = weight.shape[outputsFirst ? 0 : 1]!;
        const data = sumPositions(weight, outputs, channels, positions, outputsFirst);
        return b.constant('float32', [outputs, channels], data);
      });
      return b.add('Gemm', [gradient(y), summed], { alpha: { type: 'float', value: alpha } });
    },
  };
};

/** [outputs, channels]: the weights of each output and channel added up over the positions. */
function sumPositions(
  weights: Constant,
  outputs: number,
  channels: number,
  positions: number,
  outputsFirst: boolean,
): Float32Array {
  const sums = new Float64Array(outputs * channels);
  // [outputs, channels, positions], or [channels, positions, outputs]: both are read in the order in which they lie.
  let [output, channel, position] = [0, 0, 0];
  const next = outputsFirst
    ? () => {
        if (++position < positions) return;
        position = 0;
        if (++channel < channels) return;
        channel = 0;
        output++;
      }
    : () => {
        if (++output < outputs) return;
        output = 0;
        if (++position < positions) return;
        position = 0;
        channel++;
      };
  for (const piece of floatPieces(weights)) {
    for (const value of piece) {
      sums[output * channels + channel]! += value;
      next();
    }
  }
  return new Float32Array(sums);
}

/** Without padding no window loses a part of its gradient. */
const pooled: Through = (b, node, value) =>
  intsOf(node, 'pads')!.every((pad) => pad === 0) ? above(b, node, value) : undefined;

const THROUGH: Readonly<Record<string, Through>> = {
  MaxPool: above,
  AveragePool: pooled,
  GlobalAveragePool: average,
  ReduceMean: average,
  Relu: rectified,
  Conv: pointwise,
  Concat: joined,
  Add: added,
  Sum: added,
  Reshape: flattened,
};

function partThrough(b: GraphBuilder, node: Node, value: string): Part | undefined {
  if (b.type(value).dims.length !== 3) return undefined;
  return THROUGH[node.op]?.(b, node, value);
}
