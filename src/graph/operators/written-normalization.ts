import { floatOf, intOf, sizeOf } from '../../onnx/graph.js';
import { int64, reshaped } from '../constants.js';
import { normalizeAxis } from '../shapes.js';
import { chain, int, ints, type Lower, type LowerContext, scalar } from './lowering.js';

/*
 * Normalisations that are written out in arithmetic, whose gradients are known.
 */

/** (x − μ)/√(σ² + ε) over all axes behind the first two of a value [N, groups, ...rest]. */
function normalized(context: LowerContext, x: string, dims: readonly number[], epsilon: number): string {
  const { constant, type } = context;
  const { step } = chain(context);
  const from = { ...type(context.node.inputs[0]!), dims };
  const one = { ...from, dims: dims.map((dim, axis) => (axis === 0 ? dim : 1)) };
  const attributes = { axes: ints(dims.slice(1).map((_, axis) => axis + 2)), keepdims: int(1) };
  const centred = step('Sub', [x, step('ReduceMean', [x], one, attributes)], from);
  const variance = step('ReduceMean', [step('Mul', [centred, centred], from)], one, attributes);
  const shifted = step('Add', [variance, constant('epsilon', scalar(epsilon))], one);
  return step('Div', [centred, step('Sqrt', [shifted], one)], from);
}

/** γ·x + β with one constant number each per channel. */
function affine(context: LowerContext, x: string): void {
  const { constant, type, node, inputs } = context;
  const { step, last } = chain(context);
  const [channels, ...spatial] = type(node.inputs[0]!).dims as [number, ...number[]];
  const shape = [channels, ...spatial.map(() => 1)];
  const side = (hint: string, position: number) => constant(hint, reshaped(inputs[position]!.known!, shape));
  last('Add', [step('Mul', [x, side('scale', 1)]), side('bias', 2)]);
}

export const lowerInstance: Lower = (context) => {
  const { node, inputs, type, emit } = context;
  if (inputs[1]?.known === undefined || inputs[2]?.known === undefined) return emit({});
  const x = node.inputs[0]!;
  affine(context, normalized(context, x, type(x).dims, floatOf(node, 'epsilon', 1e-5)));
};

/** As of opset 21: scale and bias per channel. */
export const lowerGroup: Lower = (context) => {
  const { node, inputs, type, constant, emit } = context;
  const groups = intOf(node, 'num_groups', 1);
  const from = type(node.inputs[0]!);
  const given = [inputs[1]?.known, inputs[2]?.known];
  if (given.some((side) => side?.data.length !== from.dims[0])) return emit({});
  const { step } = chain(context);
  const grouped = [groups, sizeOf(from.dims) / groups];
  const target = (dims: readonly number[]) => constant('shape', int64([-1, ...dims]));
  const x = step('Reshape', [node.inputs[0]!, target(grouped)], { ...from, dims: grouped });
  const y = normalized(context, x, grouped, floatOf(node, 'epsilon', 1e-5));
  affine(context, step('Reshape', [y, target(from.dims)]));
};

/** x divided by its Euclidean norm along one axis. */
export const lowerLp: Lower = (context) => {
  const { node, inputs, constant, type, emit } = context;
  const axis = normalizeAxis(intOf(node, 'axis', -1), inputs[0]!.shape.length);
  const from = type(node.inputs[0]!);
  if (intOf(node, 'p', 2) !== 2 || axis === 0) return emit({});
  const { step, last } = chain(context);
  const [x, kept] = [
    node.inputs[0]!,
    { ...from, dims: from.dims.map((dim, at) => (at === axis - 1 ? 1 : dim)) },
  ];
  const sum = step('ReduceSum', [step('Mul', [x, x], from), constant('axes', int64([axis]))], kept, {
    keepdims: int(1),
  });
  last('Div', [x, step('Sqrt', [sum], kept)]);
};
