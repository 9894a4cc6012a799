import { ModelError } from '../errors.js';
import { didYouMean } from '../nearest.js';
import type { Node } from './graph.js';
import { channelsLast } from './layout.js';
import type { Network } from './network.js';

/** Operators whose output counts as an activation when it is a map: rectifiers, joins, and what stands for them. */
const ACTIVATIONS = new Set(
  'Relu Clip LeakyRelu Elu HardSwish Sigmoid Mul Concat Add Sum Conv BatchNormalization'.split(' '),
);

/** A convolutional layer that an explanation can be read at. */
export interface Layer {
  readonly name: string;
  readonly op: string;
  /** [C, H, W] */
  readonly shape: readonly [number, number, number];
  readonly isDefault: boolean;
}

/**
 * The layers that a Grad-CAM map can be read at: rectified convolutions and the joins (Concat, Add) behind them,
 * in the network's order. The default is the last one through which everything passes.
 */
export function layersOf(network: Network): readonly Layer[] {
  const fallback = defaultLayer(network);
  const last = channelsLast(network.graph.nodes);
  const activation = (node: Node) => ACTIVATIONS.has(node.op) && !feedsActivationOnly(node, network);
  const offered = (node: Node) => activation(node) || node.outputs[0] === fallback;
  return network.graph.nodes
    .filter((node) => offered(node) && isMap(network, node.outputs[0]!) && !last.has(node.outputs[0]!))
    .map((node) => ({
      name: node.outputs[0]!,
      op: node.op,
      shape: network.types.get(node.outputs[0]!)!.dims as unknown as readonly [number, number, number],
      isDefault: node.outputs[0] === fallback,
    }));
}

/**
 * The last convolutional activation: walking back from the scores, the first map larger than 1×1 through which
 * every path from the image passes, leaving out pooling and reshaping.
 * @throws ModelError when the network has none
 */
export function defaultLayer(network: Network): string {
  const makers = new Map(
    network.graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)),
  );
  const last = channelsLast(network.graph.nodes);
  const all = bottlenecks(network).reverse();
  const candidates = network.head === undefined ? all : all.slice(all.indexOf(network.head));
  const found = candidates.find((name) => {
    const maker = makers.get(name);
    return maker !== undefined && ACTIVATIONS.has(maker.op) && isMap(network, name) && !last.has(name);
  });
  if (found === undefined) throw new ModelError('the network has no convolutional layer to read a map at');
  return found;
}

/**
 * The value that a user means by a name: a value's own name or its node's.
 * @throws ModelError naming the nearest candidates
 */
export function layerNamed(network: Network, name: string): string {
  const value = network.names.get(name);
  if (value !== undefined && channelsLast(network.graph.nodes).has(value)) {
    throw new ModelError(
      `layer \`${name}\` is laid out [N,H,W,C]: name a layer before or behind its Transpose; \`bench layers MODEL\` lists them`,
    );
  }
  if (value !== undefined && network.types.has(value)) return value;
  const known = layersOf(network).map((layer) => layer.name);
  throw new ModelError(
    `no layer \`${name}\` in this network${didYouMean(name, known)}; \`bench layers MODEL\` lists them`,
  );
}

function isMap(network: Network, name: string): boolean {
  const type = network.types.get(name);
  if (type === undefined || !type.batched || type.dims.length !== 3) return false;
  return type.dims[1]! * type.dims[2]! > 1;
}

/** A convolution (or sum) that only feeds one rectifier is not offered: the rectified map is. */
function feedsActivationOnly(node: Node, network: Network): boolean {
  if (!['Conv', 'BatchNormalization', 'Add', 'Sum'].includes(node.op)) return false;
  const readers = network.graph.nodes.filter(({ inputs }) => inputs.includes(node.outputs[0]!));
  const rectifiers = new Set([
    'Relu',
    'Clip',
    'LeakyRelu',
    'Elu',
    'HardSwish',
    'BatchNormalization',
    'Sigmoid',
    'Mul',
  ]);
  return readers.length > 0 && readers.every(({ op }) => rectifiers.has(op));
}

/**
 * Values through which every path from the image to the scores passes, in order. A value is one exactly when no
 * other open path exists at its position: count the values made before it and still read after it.
 */
export function bottlenecks(network: Network): string[] {
  const { nodes } = network.graph;
  const onPath = imageDependent(network);
  const lastReader = new Map<string, number>();
  nodes.forEach((node, at) => {
    for (const input of node.inputs) if (onPath.has(input)) lastReader.set(input, at);
  });
  lastReader.set(network.logits, nodes.length);
  const found: string[] = [];
  const open = new Set([network.input]);
  nodes.forEach((node, at) => {
    for (const output of node.outputs) if (onPath.has(output) && lastReader.has(output)) open.add(output);
    for (const name of open) if ((lastReader.get(name) ?? -1) <= at) open.delete(name);
    if (open.size === 1) found.push(...open);
  });
  return [...new Set(found)];
}

function imageDependent(network: Network): ReadonlySet<string> {
  const reached = new Set([network.input]);
  for (const node of network.graph.nodes) {
    if (node.inputs.some((input) => reached.has(input)))
      for (const output of node.outputs) reached.add(output);
  }
  return reached;
}
