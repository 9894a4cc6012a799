import { ModelError } from '../base/errors.js';
import type { GraphBuilder } from '../graph/builder.js';
import { beforeTiles, meanOverPositions } from '../graph/position-mean.js';
import { type Constant, describe, floatOf, intOf, type Node, numbersOf, sizeOf } from '../onnx/graph.js';
import { type LinearMap, scaledColumns, scaledRows, stacked, times, transposed } from './linear-map.js';

/** The end of a network that CAM applies to: activations → global average pooling → one linear map → scores. */
interface CamHead {
  /** The layer that is weighted, [N, C, H, W]: before the pooling, or before a 1×1 convolution that stands before it. */
  readonly layer: string;
  /** [classes, C] float32 constant. */
  readonly weights: string;
}

/**
 * Walks back from the scores and checks that the network ends as CAM needs it, in whichever form it is written: the mean as
 * one operator, over flattened positions, as a sum; the linear map behind it, or a 1×1 convolution before it; constant
 * factors and offsets (a batch normalisation, a temperature) anywhere.
 * @throws ModelError that says what was found instead
 */
export function camHead(b: GraphBuilder): CamHead {
  const { layer, rows, matrix, constant } = scoresOf(b, b.network.logits);
  if (constant !== undefined) return { layer, weights: constant };
  return {
    layer,
    weights: b.once(`cam weights ${layer}`, () => {
      const data = Float32Array.from(matrix());
      return b.constant('float32', [rows, data.length / rows], data);
    }),
  };
}

function fail(found: string): never {
  throw new ModelError(
    `cam needs a network that ends in global average pooling and one linear map; this one has ${found}. Use grad-cam`,
  );
}

/** The scores, or what becomes them, as a linear map of a layer's mean. */
function scoresOf(b: GraphBuilder, name: string): LinearMap {
  const node = b.makerOf(name) ?? fail('no node before its scores');
  const mean = meanOverPositions(b, node);
  if (mean !== undefined) return convolutionBefore(b, mean, node);
  if (node.op === 'Reshape') return scoresOf(b, node.inputs[0]!);
  if (node.op === 'Concat') return joined(node.inputs.map((input) => scoresOf(b, input)));
  const step = constantStep(b, node);
  if (step !== undefined) return scaledRows(scoresOf(b, step.from), step.factors);
  const { rows, matrix, constant } = weightsOf(b, node) ?? fail(`${describe(node)} before its scores`);
  const { layer, factors } = featuresOf(b, node.inputs[0]!, node);
  return scaledColumns({ layer, rows, matrix, ...(constant && { constant }) }, factors);
}

/** What the linear map reads: the mean of a layer, perhaps scaled channel by channel. */
function featuresOf(
  b: GraphBuilder,
  name: string,
  linear: Node,
): { readonly layer: string; readonly factors?: Float64Array } {
  const node = b.makerOf(name);
  if (node === undefined) return fail(`its input before the linear map ${describe(linear)}`);
  const mean = meanOverPositions(b, node);
  if (mean !== undefined) return { layer: mean };
  if (node.op === 'Reshape') return featuresOf(b, node.inputs[0]!, linear);
  const step = constantStep(b, node) ?? fail(`${describe(node)} before the linear map ${describe(linear)}`);
  const { layer, factors } = featuresOf(b, step.from, linear);
  if (step.factors === undefined) return { layer, ...(factors && { factors }) };
  return { layer, factors: times(factors, step.factors) };
}

/** A 1×1 convolution mixes channels alike at every position: its mean is the linear map of the mean before it. */
function convolutionBefore(b: GraphBuilder, name: string, pooling: Node): LinearMap {
  const node = b.makerOf(name) ?? fail(`its input before ${describe(pooling)}`);
  const step = constantStep(b, node);
  if (step !== undefined) return scaledRows(convolutionBefore(b, step.from, pooling), step.factors);
  const weight = b.known(node.inputs[1] ?? '');
  const sameSize = (one: string, other: string) =>
    b.type(one).dims.slice(1).join() === b.type(other).dims.slice(1).join();
  if (weight === undefined || !isPointwise(node, weight) || !sameSize(node.inputs[0]!, name))
    return fail(`${describe(pooling)} before its scores, and no 1×1 convolution before that`);
  return {
    layer: beforeTiles(b, node.inputs[0]!),
    rows: weight.shape[0]!,
    matrix: () => Float64Array.from(numbersOf(weight)),
  };
}

/** A node that adds a constant or multiplies by one: what it is applied to, and the factors if there are any. */
function constantStep(
  b: GraphBuilder,
  node: Node,
): { readonly from: string; readonly factors?: Float64Array } | undefined {
  if (node.op === 'Neg') return { from: node.inputs[0]!, factors: Float64Array.of(-1) };
  if (node.op === 'BatchNormalization') return { from: node.inputs[0]!, factors: normFactors(b, node) };
  const computed = node.inputs.filter((name) => b.known(name) === undefined);
  if (computed.length !== 1) return undefined;
  const [from] = computed as [string];
  const first = node.inputs[0] === from;
  if (node.op === 'Add' || node.op === 'Sum' || (node.op === 'Sub' && first)) return { from };
  if (node.op === 'Sub') return { from, factors: Float64Array.of(-1) };
  if (node.op !== 'Mul' && !(node.op === 'Div' && first)) return undefined;
  const constant = b.known(node.inputs.find((name) => name !== from)!)!;
  const values = Float64Array.from(numbersOf(constant));
  const channels = b.type(from).dims[0]!;
  const rank = b.type(from).dims.length;
  // One factor for all, or one a channel: [C] behind the pooling, [C, 1, 1] before it.
  const perChannel = values.length === channels && constant.shape[constant.shape.length - rank] === channels;
  if (values.length !== 1 && !perChannel) return undefined;
  return { from, factors: node.op === 'Mul' ? values : values.map((value) => 1 / value) };
}

function normFactors(b: GraphBuilder, node: Node): Float64Array {
  const [gamma, variance] = [b.known(node.inputs[1]!), b.known(node.inputs[4]!)];
  if (gamma === undefined || variance === undefined)
    return fail(`${describe(node)} with computed statistics`);
  const variances = numbersOf(variance);
  const epsilon = floatOf(node, 'epsilon', 1e-5);
  return Float64Array.from(numbersOf(gamma), (value, i) => value / Math.sqrt(variances[i]! + epsilon));
}

/** The rows of several maps of one layer, one map after the other. */
function joined(maps: readonly LinearMap[]): LinearMap {
  if (maps.some(({ layer }) => layer !== maps[0]!.layer)) return fail('scores that come from several layers');
  return stacked(maps);
}

/** A linear layer behind the pooling, [classes, C]; undefined when the node is none. */
function weightsOf(b: GraphBuilder, node: Node) {
  const name = node.inputs[1] ?? '';
  const weight = b.known(name);
  if (weight?.dtype !== 'float32') return undefined;
  const [rows, columns] = weight.shape as [number, number];
  if (node.op === 'Gemm' && intOf(node, 'transA', 0) === 0) {
    const alpha = floatOf(node, 'alpha', 1);
    const outputsFirst = intOf(node, 'transB', 0) === 1;
    const own = () =>
      outputsFirst ? Float64Array.from(numbersOf(weight)) : transposed(numbersOf(weight), rows, columns);
    const matrix = () => (alpha === 1 ? own() : own().map((value) => alpha * value));
    if (!outputsFirst) return { rows: columns, matrix };
    // A positive factor for all does not change a map that is normalised; the weights need no copy.
    return { rows, matrix, ...(alpha > 0 ? { constant: name } : {}) };
  }
  if (node.op === 'MatMul' && weight.shape.length === 2)
    return { rows: columns, matrix: () => transposed(numbersOf(weight), rows, columns) };
  const onePosition = sizeOf(b.type(node.inputs[0]!).dims.slice(1)) === 1;
  if (!isPointwise(node, weight) || !onePosition) return undefined;
  return { rows, matrix: () => Float64Array.from(numbersOf(weight)) };
}

function isPointwise(node: Node, weight: Constant): boolean {
  return node.op === 'Conv' && intOf(node, 'group', 1) === 1 && sizeOf(weight.shape.slice(2)) === 1;
}
