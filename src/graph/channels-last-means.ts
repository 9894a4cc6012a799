import { type Constant, intOf, type Node } from '../onnx/graph.js';
import { int64 } from './constants.js';
import { channelsLast } from './layout.js';
import type { Lowered } from './lower.js';
import { ints } from './operators/lowering.js';
import { meanAxes } from './parameters.js';
import type { ValueType } from './value-type.js';

const TO_FIRST = [0, 3, 1, 2];

/**
 * Some networks go on in [N, H, W, C] behind their last Transpose and average over the positions there. The map that is
 * averaged is brought back to [N, C, H, W] under its own name, so that it can be read, and is averaged then: the same numbers.
 */
export function meansChannelsFirst(lowered: Lowered): Lowered {
  const last = channelsLast(lowered.nodes);
  const makers = new Map(lowered.nodes.map((node) => [node.outputs[0]!, node] as const));
  const averaged = new Set(
    lowered.nodes
      .filter((node) => {
        const [x] = node.inputs;
        const dims = lowered.types.get(x ?? '')?.dims;
        return (
          dims?.length === 3 &&
          last.has(x!) &&
          makers.get(x!)?.op !== 'Transpose' &&
          isOverPositions(node, lowered.constants)
        );
      })
      .map(({ inputs }) => inputs[0]!),
  );
  if (averaged.size === 0) return lowered;
  const types = new Map(lowered.types);
  const constants = new Map(lowered.constants);
  for (const name of averaged) {
    const type = types.get(name)!;
    const [height, width, channels] = type.dims as [number, number, number];
    types.set(lastName(name), type);
    types.set(name, { ...type, dims: [channels, height, width] });
  }
  const nodes = lowered.nodes.flatMap((node): Node[] => {
    const outputs = node.outputs.map((name) => (averaged.has(name) ? lastName(name) : name));
    const moved = node.outputs.filter((name) => averaged.has(name)).map(backToFirst);
    if (averaged.has(node.inputs[0] ?? '') && isOverPositions(node, lowered.constants))
      return [...mean({ ...node, outputs }, constants, types), ...moved];
    const inputs = node.inputs.map((name) => (averaged.has(name) ? lastName(name) : name));
    return [{ ...node, inputs, outputs }, ...moved];
  });
  return { ...lowered, nodes, types, constants };
}

/** A mean or sum over the rows and columns of a map [N, H, W, C]. */
function isOverPositions(node: Node, constants: ReadonlyMap<string, Constant>): boolean {
  return meanAxes(node, (name) => constants.get(name), 4)?.join() === '1,2';
}

const lastName = (name: string) => `${name}/channels_last`;

function backToFirst(name: string): Node {
  return {
    ...{ op: 'Transpose', domain: '', name: `${name}/channels_first` },
    inputs: [lastName(name)],
    outputs: [name],
    attributes: { perm: ints(TO_FIRST) },
  };
}

/** The same reduction over rows and columns where they are now. */
function mean(node: Node, constants: Map<string, Constant>, types: Map<string, ValueType>): Node[] {
  const [x] = node.inputs as [string];
  const [y] = node.outputs as [string];
  const axes = `${y}/axes_first`;
  const reduced: Node =
    node.op === 'ReduceSum'
      ? { ...node, inputs: [x, axes] }
      : { ...node, attributes: { ...node.attributes, axes: ints([2, 3]) } };
  if (node.op === 'ReduceSum') constants.set(axes, int64([2, 3]));
  if (intOf(node, 'keepdims', 1) === 0) return [reduced];
  // [N, C, 1, 1] becomes the [N, 1, 1, C] that is read.
  const type = types.get(y)!;
  const [before, shape] = [`${y}/channels_first`, `${y}/shape_last`];
  types.set(before, { ...type, dims: [type.dims[2]!, 1, 1] });
  constants.set(shape, int64([-1, ...type.dims]));
  return [
    { ...reduced, outputs: [before] },
    { op: 'Reshape', domain: '', name: shape, inputs: [before, shape], outputs: [y], attributes: {} },
  ];
}
