import { ModelError } from '../base/errors.js';
import { didYouMean } from '../base/nearest.js';
import type { Node } from '../onnx/graph.js';
import { channelsLast } from './layout.js';
import { hasTrait } from './operators/table.js';
import type { Network } from './prepared-network.js';
import { reachedFrom } from './probe.js';

/** A value of the network that an explanation can be read at. */
export interface Layer {
  readonly name: string;
  /** The operator that makes it. */
  readonly op: string;
  /** [C, H, W] */
  readonly shape: readonly [number, number, number];
  /** Whether layer-wise methods read it when none is named. */
  readonly isDefault: boolean;
}

/**
 * Every value that a map can be read at, whatever made it, in the network's order: [N, C, H, W] with more than one position,
 * computed from the image, and the scores depend on it.
 */
export function layersOf(network: Network): readonly Layer[] {
  const fallback = findDefault(network);
  const maps = mapsOf(network);
  const fromImage = reachedFrom(network.graph.nodes, [network.input]);
  return network.graph.nodes.flatMap(({ op, outputs }) =>
    outputs
      .filter((name) => fromImage.has(name) && maps.has(name))
      .map((name) => ({
        name,
        op,
        shape: network.types.get(name)!.dims as unknown as readonly [number, number, number],
        isDefault: name === fallback,
      })),
  );
}

/**
 * The layer that is read when none is named (the paper's "last convolutional layer", section 3), by structure: the last value
 * with more than one position through which every path from the image to the scores passes. It stands behind all elementwise
 * and normalising operators and before pooling and reshaping, whichever operator makes it.
 * @throws ModelError when the network has none
 */
export function defaultLayer(network: Network): string {
  const found = findDefault(network);
  if (found !== undefined) return found;
  throw new ModelError(
    'the network has no value to read a map at: none with more than one position lies on every path from the image to the scores; name a layer, or use a method that is read at the input',
  );
}

/** Pooling and reshaping: what they make is a coarser or another view of the layer before. */
function isView(node: Node): boolean {
  return (['pooling', 'reduction', 'transparent'] as const).some((trait) => hasTrait(node, trait));
}

function findDefault(network: Network): string | undefined {
  const makers = makersOf(network);
  const maps = mapsOf(network);
  const all = bottlenecks(network).reverse();
  const candidates = network.head === undefined ? all : all.slice(all.indexOf(network.head));
  return candidates.find((name) => {
    const maker = makers.get(name);
    return maker !== undefined && maps.has(name) && !isView(madeBy(maker, makers));
  });
}

/** What is moved to [N, H, W, C] and back is made by what stands between. */
function madeBy(maker: Node, makers: ReadonlyMap<string, Node>): Node {
  let made: Node | undefined = maker;
  while (made?.op === 'Transpose') made = makers.get(made.inputs[0]!);
  return made ?? maker;
}

function makersOf(network: Network): ReadonlyMap<string, Node> {
  return new Map(network.graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
}

/**
 * Whether a layer is the network's first convolution, perhaps rectified, and cuts the image into patches: each of its
 * positions has seen its own patch and nothing else.
 */
export function isFirstConvolution(network: Network, layer: string): boolean {
  const below = new Set([layer]);
  const convolutions: Node[] = [];
  for (const node of [...network.graph.nodes].reverse()) {
    if (!node.outputs.some((name) => below.has(name))) continue;
    for (const name of node.inputs) below.add(name);
    if (node.op === 'Conv') convolutions.push(node);
  }
  const [only, ...others] = convolutions;
  if (only === undefined || others.length > 0) return false;
  const { kernel_shape: kernel, strides } = only.attributes;
  const above = (sizes: typeof kernel) => sizes?.type === 'ints' && sizes.value.some((size) => size > 1);
  return above(kernel) && above(strides);
}

/** For the user, of a default layer that is the first convolution. */
export function firstConvolutionNote(layer: string): string {
  return `the default layer, \`${layer}\`, is the first convolution (a patch embedding): each position has seen its own patch alone, so its maps may show little`;
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

/**
 * Values [N, C, H, W] with more than one position. Where axes are merged, split or moved, rows and columns are again rows and
 * columns when they are as many as some layer before had: attention weights [heads, tokens, tokens] are no map.
 */
function mapsOf(network: Network): ReadonlySet<string> {
  const last = channelsLast(network.graph.nodes);
  const maps = new Set([network.input]);
  const sizes = new Set([sizeIn(network, network.input)]);
  for (const node of network.graph.nodes) {
    for (const name of node.outputs) {
      const size = sizeIn(network, name);
      if (size === undefined || last.has(name)) continue;
      // Where values are arranged anew, an axis may count heads, tokens or features.
      const inherited = !hasTrait(node, 'arranging') && node.inputs.some((input) => maps.has(input));
      const kept = hasTrait(node, 'channelsFirst') || inherited;
      if (!kept && !sizes.has(size)) continue;
      maps.add(name);
      sizes.add(size);
    }
  }
  // Values that lowering made in between have no name of the model's.
  const named = new Set(network.names.values());
  return new Set([...maps].filter((name) => name !== network.input && named.has(name)));
}

/** Rows and columns of a value that is laid out like a map with more than one position. */
function sizeIn(network: Network, name: string): string | undefined {
  const type = network.types.get(name);
  if (type === undefined || !type.batched || type.dims.length !== 3 || type.dtype !== 'float32')
    return undefined;
  const [, height, width] = type.dims as [number, number, number];
  return height * width > 1 ? `${height}x${width}` : undefined;
}

/**
 * Values through which every path from the image to the scores passes, in order. A value is one exactly when no
 * other open path exists at its position: count the values made before it and still read after it.
 */
export function bottlenecks(network: Network): string[] {
  const { nodes } = network.graph;
  const onPath = reachedFrom(nodes, [network.input]);
  const lastReader = new Map<string, number>();
  nodes.forEach((node, at) => {
    if (hasTrait(node, 'readsShape')) return;
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
