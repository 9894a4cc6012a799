import { ModelError } from '../../base/errors.js';
import { describe, intOf, type Node, stringOf } from '../../onnx/graph.js';
import { int64 } from '../constants.js';
import type { Info } from '../parameters.js';
import { chain, ints, type Lower } from './lowering.js';
import type { OperatorFamily } from './operator.js';

/** [N, C·s², H/s, W/s]. */
function rearranged(node: Node, x: Info, size: number): Info[] {
  const [batch, channels, ...spatial] = x.shape as [number, number, ...number[]];
  const shape = [batch, channels * size ** 2, ...spatial.map((dim) => dim / size)].map((dim) => {
    // The reciprocal of a block size like 3 leaves a rounding error.
    const whole = Math.round(dim);
    return Math.abs(dim - whole) < 1e-6 ? whole : dim;
  });
  if (spatial.length !== 2 || !shape.every(Number.isInteger))
    throw new ModelError(`${describe(node)}: its block size does not divide [${x.shape.join(',')}]`);
  return [{ dtype: x.dtype, shape }];
}

/** Blocks of pixels to channels or back: a Transpose between two Reshapes. */
const rearrange: Lower = (context) => {
  const { node, type, constant } = context;
  const { step, last } = chain(context);
  const size = intOf(node, 'blocksize', 1);
  const from = type(node.inputs[0]!);
  const [channels, height, width] = from.dims as [number, number, number];
  const toDepth = node.op === 'SpaceToDepth';
  const depth = channels / size ** 2;
  const columnsFirst = stringOf(node, 'mode', 'DCR') === 'CRD';
  const split = toDepth
    ? [channels, height / size, size, width / size, size]
    : columnsFirst
      ? [depth, size, size, height, width]
      : [size, size, depth, height, width];
  const perm = toDepth ? [3, 5, 1, 2, 4] : columnsFirst ? [1, 4, 2, 5, 3] : [3, 4, 1, 5, 2];
  const shape = (dims: readonly number[]) => constant('shape', int64([-1, ...dims]));
  const blocks = step('Reshape', [node.inputs[0]!, shape(split)], { ...from, dims: split });
  const turned = { ...from, dims: perm.map((axis) => split[axis - 1]!) };
  const moved = step('Transpose', [blocks], turned, { perm: ints([0, ...perm]) });
  last('Reshape', [moved, shape(type(node.outputs[0]!).dims)]);
};

/** Blocks of pixels become channels, or channels blocks. */
export const blocks: OperatorFamily = {
  SpaceToDepth: {
    schema: '1 1 1 0 blocksize:i',
    traits: ['linear', 'channelsFirst', 'keepsSign'],
    infer: (node, [x]) => rearranged(node, x!, intOf(node, 'blocksize', 1)),
    lower: rearrange,
  },
  DepthToSpace: {
    schema: '1 1 1 0 blocksize:i mode:s',
    traits: ['linear', 'channelsFirst', 'keepsSign'],
    infer: (node, [x]) => rearranged(node, x!, 1 / intOf(node, 'blocksize', 1)),
    lower: rearrange,
  },
};
