import { ModelError } from '../base/errors.js';
import { type Constant, floatOf, type Graph, intOf, type Node, sizeOf } from '../onnx/graph.js';
import { hasTrait } from './operators/table.js';
import type { Network } from './prepared-network.js';

/*
 * A network that flattens its last map and goes on with fully connected layers takes one input size. A fully connected
 * layer is a convolution whose kernel is as large as that map, so the same weights take any larger image and give scores at
 * several positions (Long et al. 2015; TorchRay's pointing game does so with VGG-16). The score is the mean over the
 * positions, taken before the last layer, which is the same since that is linear: so the last layer, its input rectified,
 * stays what all methods know. TorchRay weighs the positions by the softmax of the class's scores over them instead.
 */

/**
 * @param network prepared for the size that its fully connected layers were made for
 * @returns the graph with convolutions in their place, to be prepared again, and the map that was flattened; undefined when
 *   nothing is flattened but what has one position
 * @throws ModelError when something else stands between the flattened map and the scores
 */
export function fullyConvolutional(
  network: Network,
): { readonly graph: Graph; readonly head: string } | undefined {
  const { graph, types } = network;
  const flattened = graph.nodes.filter(({ op, inputs, outputs }) => {
    const [from, to] = [types.get(inputs[0]!)?.dims, types.get(outputs[0]!)?.dims];
    return op === 'Reshape' && from?.length === 3 && from[1]! * from[2]! > 1 && to?.length === 1;
  });
  const [flat, ...others] = flattened;
  if (flat === undefined) return undefined;
  if (others.length > 0) refuse(`it flattens ${flattened.length} maps`);
  const chain = chainFrom(network, flat.outputs[0]!);
  const linear = chain.filter(isLayer);
  const last = linear.length > 1 ? linear.at(-1) : undefined;
  const replaced = new Map<Node, readonly Node[]>([[flat, []]]);
  const constants = new Map(graph.constants);
  const converted = linear.filter((node) => node !== last);
  converted.forEach((node, i) => {
    const source = i === 0 ? types.get(flat.inputs[0]!)!.dims : [widthOf(network, node), 1, 1];
    // The first reads the map itself.
    const input = i === 0 ? flat.inputs[0]! : node.inputs[0]!;
    replaced.set(node, [convolution(network, node, input, source, constants)]);
  });
  for (const node of chain.filter(({ op }) => op === 'Add')) {
    if (last !== undefined && chain.indexOf(node) > chain.indexOf(last)) continue;
    replaced.set(node, [perChannel(network, node, constants)]);
  }
  const head = flat.inputs[0]!;
  const nodes = () => graph.nodes.flatMap((node) => replaced.get(node) ?? [node]);
  if (last === undefined) {
    const outputs = [{ ...graph.outputs[0]!, name: 'scores/flat' }];
    return {
      graph: { ...graph, nodes: [...nodes(), ...mean(network.logits, 'scores')], constants, outputs },
      head,
    };
  }
  const [from, ...weights] = last.inputs;
  replaced.set(last, [...mean(from!, 'mean'), { ...last, inputs: ['mean/flat', ...weights] }]);
  return { graph: { ...graph, nodes: nodes(), constants }, head };
}

/** The nodes from a value to the scores, each the only reader of the one before. */
function chainFrom({ graph, logits }: Network, from: string): readonly Node[] {
  const chain: Node[] = [];
  for (let value = from; value !== logits; ) {
    const readers = graph.nodes.filter(({ inputs }) => inputs.includes(value));
    const [node] = readers;
    if (node === undefined || readers.length > 1) refuse(`\`${value}\` is read ${readers.length} times`);
    const known = isLayer(node) || hasTrait(node, 'elementwise') || isBias(graph, node);
    if (!known || node.inputs[0] !== value)
      refuse(`${node.op} \`${node.name}\` stands behind the flattened map`);
    chain.push(node);
    value = node.outputs[0]!;
  }
  if (!chain.some(isLayer)) refuse('no fully connected layer stands behind the flattened map');
  return chain;
}

function isLayer(node: Node): boolean {
  return hasTrait(node, 'weighted');
}

function isBias({ constants }: Graph, { op, inputs }: Node): boolean {
  return op === 'Add' && constants.get(inputs[1] ?? '')?.dtype === 'float32';
}

function weightOf({ graph }: Network, node: Node): Constant {
  const weight = graph.constants.get(node.inputs[1]!);
  const plain = weight?.dtype === 'float32' && weight.shape.length === 2 && intOf(node, 'transA', 0) === 0;
  if (!plain) refuse(`the weights of \`${node.name}\` are no matrix of constants`);
  return weight!;
}

/** How many inputs a linear layer has. */
function widthOf(network: Network, node: Node): number {
  return weightOf(network, node).shape[intOf(node, 'transB', 0) === 1 ? 1 : 0]!;
}

/** @param source [C, H, W] that the layer's inputs were flattened from */
function convolution(
  network: Network,
  node: Node,
  input: string,
  source: readonly number[],
  constants: Map<string, Constant>,
): Node {
  const matrix = weightOf(network, node);
  const outputsFirst = node.op === 'Gemm' && intOf(node, 'transB', 0) === 1;
  const outputs = matrix.shape[outputsFirst ? 0 : 1]!;
  const alpha = node.op === 'Gemm' ? floatOf(node, 'alpha', 1) : 1;
  const weight = `${node.inputs[1]}/kernel`;
  const shape = [outputs, ...source];
  constants.set(weight, {
    dtype: 'float32',
    shape,
    // Hundreds of megabytes may be meant: read when asked for, and reused where they lie in this order already.
    get data() {
      const from = matrix.data as Float32Array;
      return outputsFirst && alpha === 1 ? from : kernel(from, outputs, sizeOf(source), outputsFirst, alpha);
    },
  });
  const bias = node.inputs[2];
  if (bias !== undefined && bias !== '')
    constants.set(`${bias}/vector`, biasOf(network, node, bias, outputs));
  return {
    ...{ op: 'Conv', domain: '', name: node.name, outputs: node.outputs },
    inputs: [input, weight, ...(bias === undefined || bias === '' ? [] : [`${bias}/vector`])],
    attributes: { kernel_shape: { type: 'ints', value: source.slice(1) } },
  };
}

function kernel(from: Float32Array, outputs: number, inputs: number, outputsFirst: boolean, alpha: number) {
  const data = new Float32Array(from.length);
  for (let o = 0; o < outputs; o++) {
    for (let i = 0; i < inputs; i++) {
      data[o * inputs + i] = alpha * from[outputsFirst ? o * inputs + i : i * outputs + o]!;
    }
  }
  return data;
}

function biasOf({ graph }: Network, node: Node, name: string, outputs: number): Constant {
  const given = graph.constants.get(name);
  if (given?.dtype !== 'float32') refuse(`the bias of \`${node.name}\` is no constant`);
  const [from, beta] = [given!.data as Float32Array, floatOf(node, 'beta', 1)];
  if (from.length !== outputs && from.length !== 1)
    refuse(`the bias of \`${node.name}\` has ${from.length} values`);
  const data = Float32Array.from({ length: outputs }, (_, o) => beta * from[from.length === 1 ? 0 : o]!);
  return { dtype: 'float32', shape: [outputs], data };
}

/** Adds a vector to the channels of a map. */
function perChannel({ graph }: Network, node: Node, constants: Map<string, Constant>): Node {
  const name = `${node.inputs[1]}/channels`;
  const vector = graph.constants.get(node.inputs[1]!)!;
  const shape = [sizeOf(vector.shape), 1, 1];
  constants.set(name, { dtype: 'float32', shape, data: vector.data });
  return { ...node, inputs: [node.inputs[0]!, name] };
}

function mean(value: string, name: string): Node[] {
  const node = (op: string, input: string, output: string): Node => ({
    ...{ op, domain: '', name: output, inputs: [input], outputs: [output], attributes: {} },
  });
  return [
    node('GlobalAveragePool', value, `${name}/pooled`),
    node('Flatten', `${name}/pooled`, `${name}/flat`),
  ];
}

function refuse(why: string): never {
  throw new ModelError(
    `the network cannot be made fully convolutional: ${why}; set input.resize: warp or crop`,
  );
}
