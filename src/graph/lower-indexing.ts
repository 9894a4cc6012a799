import { ModelError } from '../errors.js';
import { int64 } from './constants.js';
import { describe, intOf, numbersOf } from './graph.js';
import { chain, int, type Lower } from './lowering.js';
import { resizedAxes, resizeMatrix } from './resize.js';
import { normalizeAxis } from './shapes.js';

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

export const indexingLowerings: Readonly<Record<string, Lower>> = {
  Gather: gather,
  Resize: resize,
  Upsample: resize,
};
