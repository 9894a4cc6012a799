import { ModelError } from '../../base/errors.js';
import { describe, intOf, intsOf, type Node, sizeOf } from '../../onnx/graph.js';
import { reshapeTo, unsqueezeShape } from '../fold.js';
import { axesOf, type Info, knownNumbers, padsOf } from '../parameters.js';
import { resizedAxes } from '../resize.js';
import { broadcastShapes, normalizeAxis } from '../shapes.js';
import type { InferTable } from './rule.js';

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

/** The same values in another arrangement, joined, padded or repeated. */
export const arrange: InferTable = {
  Concat: (node, inputs) => {
    const first = inputs[0]!;
    const axis = normalizeAxis(intOf(node, 'axis', 1), first.shape.length);
    for (const input of inputs) {
      if (
        input!.shape.length !== first.shape.length ||
        input!.shape.some((dim, i) => i !== axis && dim !== first.shape[i])
      ) {
        throw new ModelError(
          `${describe(node)}: parts [${first.shape.join(',')}] and [${input!.shape.join(',')}] cannot be joined along axis ${axis}`,
        );
      }
    }
    const total = inputs.reduce((sum, input) => sum + input!.shape[axis]!, 0);
    return [{ dtype: first.dtype, shape: first.shape.map((dim, i) => (i === axis ? total : dim)) }];
  },
  Flatten: (node, [x]) => {
    const axis = intOf(node, 'axis', 1);
    const at = axis < 0 ? axis + x!.shape.length : axis;
    return [{ dtype: x!.dtype, shape: [sizeOf(x!.shape.slice(0, at)), sizeOf(x!.shape.slice(at))] }];
  },
  Reshape: (node, inputs, batch) => {
    const x = inputs[0]!;
    const target =
      inputs[1] === undefined ? [...(intsOf(node, 'shape') ?? [])] : knownNumbers(node, inputs[1], 'shape');
    // A model exported for one image writes that 1 into its reshapes: there it means the batch.
    if (batch.exported !== undefined && target[0] === batch.exported && x.shape[0] === batch.size)
      target[0] = 0;
    const shape = reshapeTo(x.shape, target);
    if (sizeOf(shape) !== sizeOf(x.shape) || shape.some((dim) => !Number.isInteger(dim))) {
      throw new ModelError(
        `${describe(node)}: [${x.shape.join(',')}] cannot become [${target.join(',')}]; is the input size right?`,
      );
    }
    return [{ dtype: x.dtype, shape }];
  },
  Squeeze: (node, inputs) => {
    const x = inputs[0]!;
    const axes = axesOf(node, inputs)?.map((axis) => normalizeAxis(axis, x.shape.length));
    // The batch axis is never meant, even when it happens to be 1.
    const shape = x.shape.filter((dim, axis) =>
      axes === undefined ? axis === 0 || dim !== 1 : !axes.includes(axis),
    );
    return [{ dtype: x.dtype, shape }];
  },
  Unsqueeze: (node, inputs) => {
    const x = inputs[0]!;
    return [{ dtype: x.dtype, shape: unsqueezeShape(x.shape, axesOf(node, inputs) ?? []) }];
  },
  Transpose: (node, [x]) => {
    const perm = intsOf(node, 'perm') ?? x!.shape.map((_, axis) => x!.shape.length - 1 - axis);
    if (perm.length !== x!.shape.length || x!.shape.some((_, axis) => !perm.includes(axis)))
      throw new ModelError(`${describe(node)}: perm does not fit rank ${x!.shape.length}`);
    return [{ dtype: x!.dtype, shape: perm.map((axis) => x!.shape[axis]!) }];
  },
  Pad: (node, inputs) => {
    const x = inputs[0]!;
    const pads = padsOf(node, inputs);
    const rank = x.shape.length;
    return [{ dtype: x.dtype, shape: x.shape.map((dim, axis) => dim + pads[axis]! + pads[rank + axis]!) }];
  },
  Expand: (node, [x, target]) => [
    { dtype: x!.dtype, shape: broadcastShapes(x!.shape, knownNumbers(node, target!, 'shape')) },
  ],
  Tile: (node, [x, repeats]) => {
    const times = knownNumbers(node, repeats!, 'repeats');
    if (times.length !== x!.shape.length)
      throw new ModelError(`${describe(node)}: ${times.length} repeats for [${x!.shape.join(',')}]`);
    return [{ dtype: x!.dtype, shape: x!.shape.map((dim, axis) => dim * times[axis]!) }];
  },
  SpaceToDepth: (node, [x]) => rearranged(node, x!, intOf(node, 'blocksize', 1)),
  DepthToSpace: (node, [x]) => rearranged(node, x!, 1 / intOf(node, 'blocksize', 1)),
  Resize: (node, inputs, { opset }) => [
    { dtype: inputs[0]!.dtype, shape: resizedAxes(node, inputs, opset).map(({ to }) => to) },
  ],
  Upsample: (node, inputs, { opset }) => [
    { dtype: inputs[0]!.dtype, shape: resizedAxes(node, inputs, opset).map(({ to }) => to) },
  ],
};
