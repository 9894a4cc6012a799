import { ModelError } from '../../base/errors.js';
import { describe } from '../../onnx/graph.js';
import { chain, type Lower } from './lowering.js';
import type { Infer, OperatorFamily } from './operator.js';
import { resizedAxes, resizeMatrix } from './resized-axes.js';
import type { Trait } from './traits.js';

const infer: Infer = (node, inputs, { opset }) => [
  { dtype: inputs[0]!.dtype, shape: resizedAxes(node, inputs, opset).map(({ to }) => to) },
];

/** Resizing rows and columns is linear in the pixels: y = R·x·Cᵀ, two products with constant matrices. */
const lower: Lower = (context) => {
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

/** Of the modes that are supported. */
const traits: readonly Trait[] = ['linear', 'parameterised', 'keepsSign'];

export const resize: OperatorFamily = {
  Resize: {
    schema:
      '1 4 1 0 antialias:i axes:is coordinate_transformation_mode:s cubic_coeff_a:f exclude_outside:i extrapolation_value:f keep_aspect_ratio_policy:s mode:s nearest_mode:s',
    traits,
    infer,
    lower,
  },
  Upsample: { schema: '1 2 1 0 mode:s scales:fs', traits, infer, lower },
};
