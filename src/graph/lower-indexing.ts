import { ModelError } from '../base/errors.js';
import { describe, intOf, numbersOf, stringOf } from '../onnx/graph.js';
import { int64 } from './constants.js';
import { slicePicks } from './fold.js';
import { chain, int, ints, type Lower } from './lowering.js';
import { slicesOf } from './parameters.js';
import { resizedAxes, resizeMatrix } from './resize.js';
import { normalizeAxis, sameShape } from './shapes.js';

/** A pick of known positions: one axis of them, none negative; what shape they had comes back by a Reshape. */
const gather: Lower = (context) => {
  const { node, inputs, constant, emit, type } = context;
  const [x, index] = inputs;
  const axis = normalizeAxis(intOf(node, 'axis', 0), x!.shape.length);
  if (axis === 0 || index?.known === undefined) return emit({});
  const size = x!.shape[axis]!;
  const picks = int64(numbersOf(index.known).map((at) => (at < 0 ? at + size : at)));
  const [from, to] = [type(node.inputs[0]!), type(node.outputs[0]!)];
  const { step, last } = chain(context);
  const chosen = [node.inputs[0]!, constant('picks', picks)];
  if (index.shape.length === 1) return last('Gather', chosen, { axis: int(axis) });
  const dims = from.dims.map((dim, at) => (at === axis - 1 ? picks.shape[0]! : dim));
  const picked = step('Gather', chosen, { ...from, dims }, { axis: int(axis) });
  last('Reshape', [picked, constant('shape', int64([-1, ...to.dims]))]);
};

/** Resizing rows and columns is linear in the pixels: y = R·x·Cᵀ, two products with constant matrices. */
const resize: Lower = (context) => {
  const { node, inputs, opset, constant, alias, type } = context;
  const axes = resizedAxes(node, inputs, opset);
  if (axes.every(({ from, to }) => from === to)) return alias();
  if (axes.length < 3 || axes.slice(0, -2).some(({ from, to }) => from !== to))
    throw new ModelError(
      `${describe(node)}: resizing axes other than the last two is not supported; export it for images`,
    );
  const [rows, columns] = axes.slice(-2) as [(typeof axes)[number], (typeof axes)[number]];
  const { step, last } = chain(context);
  const matrix = (hint: string, axis: typeof rows, transposed: boolean) => {
    const { from, to } = axis;
    const data = resizeMatrix(node, axis, opset);
    const turned = Float32Array.from(data, (_, i) => data[(i % to) * from + Math.floor(i / to)]!);
    return constant(hint, {
      dtype: 'float32',
      shape: transposed ? [from, to] : [to, from],
      data: transposed ? turned : data,
    });
  };
  const x = node.inputs[0]!;
  const right = ['MatMul', [x, matrix('columns', columns, true)]] as const;
  if (rows.from === rows.to) return last(...right);
  const left = (value: string) => ['MatMul', [matrix('rows', rows, false), value]] as const;
  if (columns.from === columns.to) return last(...left(x));
  const from = type(x);
  last(...left(step(...right, { ...from, dims: [...from.dims.slice(0, -1), columns.to] })));
};

/** A slice with a step is a pick of positions; what has none stays a slice. */
const slice: Lower = (context) => {
  const { node, inputs, constant, type, alias } = context;
  const { step, last } = chain(context);
  // Of the batch "all" is written as a size that no batch has.
  const slices = slicesOf(node, inputs).filter(
    ({ axis, start, end, step: by }) => axis > 0 || start !== 0 || by !== 1 || end < 2 ** 31 - 1,
  );
  if (slices.length === 0) return alias();
  const [strided, plain] = [true, false].map((wanted) =>
    slices.filter(({ axis, step: by }) => (by !== 1 && axis !== 0) === wanted),
  ) as [typeof slices, typeof slices];
  const to = type(node.outputs[0]!);
  let [x, dims] = [node.inputs[0]!, type(node.inputs[0]!).dims];
  strided.forEach(({ axis, start, end, step: by }, i) => {
    const picks = slicePicks(dims[axis - 1]!, start, end, by);
    dims = dims.map((dim, at) => (at === axis - 1 ? picks.length : dim));
    const chosen = [x, constant('picks', int64(picks))];
    if (i === strided.length - 1 && plain.length === 0) last('Gather', chosen, { axis: int(axis) });
    else x = step('Gather', chosen, { ...to, dims }, { axis: int(axis) });
  });
  if (plain.length === 0) return;
  const column = (name: string, pick: (one: (typeof slices)[number]) => number) =>
    constant(name, int64(plain.map(pick)));
  last('Slice', [
    x,
    column('starts', ({ start }) => start),
    column('ends', ({ end }) => end),
    column('axes', ({ axis }) => axis),
    column('steps', ({ step: by }) => by),
  ]);
};

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

/** To a shape whose batch is 1, which broadcasts to any. */
const expand: Lower = ({ node, type, constant, emit, alias }) => {
  const [from, to] = [type(node.inputs[0]!), type(node.outputs[0]!)];
  if (!from.batched || from.dims.length !== to.dims.length) return emit({});
  if (sameShape(from.dims, to.dims)) return alias();
  emit({ inputs: [node.inputs[0]!, constant('shape', int64([1, ...to.dims]))] });
};

/** Copies side by side along each axis but the batch's. */
const tile: Lower = (context) => {
  const { node, inputs, type, alias } = context;
  const [from, to] = [type(node.inputs[0]!), type(node.outputs[0]!)];
  const times = to.dims.map((dim, axis) => dim / from.dims[axis]!);
  const batch = from.batched ? numbersOf(inputs[1]!.known!)[0]! : 1;
  if (!from.batched || !to.batched || batch !== 1)
    throw new ModelError(
      `${describe(node)} repeats the images of a batch; export the model for single images`,
    );
  const axes = times.flatMap((count, axis) => (count > 1 ? [axis] : []));
  if (axes.length === 0) return alias();
  const { step, last } = chain(context);
  let [x, dims] = [node.inputs[0]!, from.dims];
  axes.forEach((axis, i) => {
    const copies = new Array<string>(times[axis]!).fill(x);
    dims = dims.map((dim, at) => (at === axis ? to.dims[at]! : dim));
    const attributes = { axis: int(axis + 1) };
    if (i === axes.length - 1) last('Concat', copies, attributes);
    else x = step('Concat', copies, { ...from, dims }, attributes);
  });
};

export const indexingLowerings: Readonly<Record<string, Lower>> = {
  Gather: gather,
  Slice: slice,
  SpaceToDepth: rearrange,
  DepthToSpace: rearrange,
  Expand: expand,
  Tile: tile,
  Resize: resize,
  Upsample: resize,
};
