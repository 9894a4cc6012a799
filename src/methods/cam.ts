import { ModelError } from '../errors.js';
import type { GraphBuilder } from '../graph/builder.js';
import { describe, floatOf, intOf, intsOf, type Node, numbersOf } from '../graph/graph.js';
import { arrayOf } from '../onnx/tensor.js';
import { activationOf, perClass, weightedSum } from './maps.js';
import type { Method } from './method.js';

/** The end of a network that CAM applies to: activations → global average pooling → one linear map → scores. */
interface CamHead {
  /** The layer before the pooling, [N, C, H, W]. */
  readonly layer: string;
  /** [classes, C] float32 constant. */
  readonly weights: string;
}

/** map = ReLU(Σ_k w_k A_k), w the weights of the linear layer behind global average pooling. */
export const cam: Method = {
  name: 'cam',
  summary: 'activations before global average pooling weighted by the classifier',
  reference: 'Zhou et al., "Learning Deep Features for Discriminative Localization" (CVPR 2016), equation 2',
  reads: 'layer',
  defaultLayer: (b) => camHead(b).layer,
  gradients: [],
  build: ({ b, layer, classIds }) => {
    const head = camHead(b);
    if (layer !== head.layer) {
      throw new ModelError(
        `cam reads the layer before the global pooling, \`${head.layer}\`, not \`${layer}\``,
      );
    }
    const { height, width } = activationOf(b, layer);
    const weights = b.add('Gather', [head.weights, classIds], { axis: { type: 'int', value: 0 } });
    return perClass(b, b.add('Relu', [weightedSum(b, weights, layer)]), height, width);
  },
};

/** Operators between pooling and scores that change no number. */
const TRANSPARENT = new Set(['Reshape']);

/**
 * Walks back from the scores and checks that the network ends as CAM needs it.
 * @throws ModelError that says what was found instead
 */
export function camHead(b: GraphBuilder): CamHead {
  const fail = (found: string): never => {
    throw new ModelError(
      `cam needs a network that ends in global average pooling and one linear map; this one has ${found}. Use grad-cam`,
    );
  };
  const back = (name: string): Node | undefined => {
    for (let node = b.makerOf(name); node !== undefined; node = b.makerOf(node.inputs[0]!)) {
      if (!TRANSPARENT.has(node.op)) return node;
    }
    return undefined;
  };
  let linear = back(b.network.logits);
  // MatMul + Add is how some exporters write a linear layer with its bias.
  if (linear?.op === 'Add') {
    const sum = linear;
    const computed = sum.inputs.find((name) => b.known(name) === undefined);
    if (sum.inputs.some((name) => b.known(name) !== undefined) && computed !== undefined)
      linear = back(computed);
  }
  if (linear === undefined) return fail('no node before its scores');
  const weights = linearWeights(b, linear) ?? fail(`${describe(linear)} before its scores`);
  const pooling = back(linear.inputs[0]!);
  if (pooling === undefined || !isGlobalAverage(b, pooling)) {
    return fail(
      `${pooling === undefined ? 'its input' : describe(pooling)} before the linear map ${describe(linear)}`,
    );
  }
  return { layer: pooling.inputs[0]!, weights };
}

/** The linear map's weights as a [classes, C] constant, undefined when the node is no linear map of the features. */
function linearWeights(b: GraphBuilder, node: Node): string | undefined {
  const weight = b.known(node.inputs[1] ?? '');
  if (weight === undefined) return undefined;
  if (node.op === 'Gemm' && floatOf(node, 'alpha', 1) > 0 && intOf(node, 'transA', 0) === 0) {
    return intOf(node, 'transB', 0) === 1 ? node.inputs[1]! : transposed(b, node.inputs[1]!);
  }
  if (node.op === 'MatMul' && weight.shape.length === 2) return transposed(b, node.inputs[1]!);
  if (
    node.op === 'Conv' &&
    intOf(node, 'group', 1) === 1 &&
    weight.shape.slice(2).every((size) => size === 1)
  ) {
    const { dims } = b.type(node.inputs[0]!);
    if (dims.slice(1).some((size) => size !== 1)) return undefined;
    return b.constant('float32', weight.shape.slice(0, 2), weight.data);
  }
  return undefined;
}

function transposed(b: GraphBuilder, name: string): string {
  const weight = b.known(name)!;
  const [rows, columns] = weight.shape as [number, number];
  const values = numbersOf(weight);
  const data = arrayOf(
    'float32',
    Array.from({ length: values.length }, (_, i) => values[(i % rows) * columns + Math.floor(i / rows)]!),
  );
  return b.constant('float32', [columns, rows], data);
}

function isGlobalAverage(b: GraphBuilder, node: Node): boolean {
  const { dims } = b.type(node.inputs[0]!);
  if (node.op === 'GlobalAveragePool') return true;
  if (node.op === 'ReduceMean') {
    const axes = (intsOf(node, 'axes') ?? []).map((axis) => (axis < 0 ? axis + 4 : axis));
    return dims.length === 3 && axes.length === 2 && axes.includes(2) && axes.includes(3);
  }
  if (node.op !== 'AveragePool') return false;
  // Caffe's networks pool globally with a window of the layer's size.
  return intsOf(node, 'kernel_shape')!.every((size, axis) => size === dims[axis + 1]) && outputIsOne(b, node);
}

function outputIsOne(b: GraphBuilder, node: Node): boolean {
  return b
    .type(node.outputs[0]!)
    .dims.slice(1)
    .every((size) => size === 1);
}
