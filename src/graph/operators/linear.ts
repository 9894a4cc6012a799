import { ModelError } from '../../base/errors.js';
import { describe, floatOf, intOf, numbersOf } from '../../onnx/graph.js';
import type { GraphBuilder } from '../builder.js';
import { broadcastShapes, sameShape } from '../shapes.js';
import { byWeights } from './excitation.js';
import { make } from './folding.js';
import type { Lower } from './lowering.js';
import type { Fold, Infer, OperatorFamily } from './operator.js';
import { type BackwardRule, type RuleContext, refuse } from './rule.js';

const inferGemm: Infer = (node, [a, b, c]) => {
  const [rows, inner] =
    intOf(node, 'transA', 0) === 1 ? [a!.shape[1], a!.shape[0]] : [a!.shape[0], a!.shape[1]];
  const [depth, columns] =
    intOf(node, 'transB', 0) === 1 ? [b!.shape[1], b!.shape[0]] : [b!.shape[0], b!.shape[1]];
  if (a!.shape.length !== 2 || b!.shape.length !== 2 || inner !== depth) {
    throw new ModelError(
      `${describe(node)}: weights [${b!.shape.join(',')}] do not fit its input [${a!.shape.join(',')}]; is the input size right?`,
    );
  }
  if (c !== undefined && !sameShape(broadcastShapes([rows!, columns!], c.shape), [rows!, columns!])) {
    throw new ModelError(
      `${describe(node)}: bias [${c.shape.join(',')}] does not fit its output [${rows},${columns}]`,
    );
  }
  return [{ dtype: a!.dtype, shape: [rows!, columns!] }];
};

const lowerGemm: Lower = ({ node, inputs, emit }) => {
  for (const name of ['transA', 'transB']) {
    const value = intOf(node, name, 0);
    if (value !== 0 && value !== 1)
      throw new ModelError(`${describe(node)}: ${name} is ${value}, expected 0 or 1; export the model again`);
  }
  // Gemm's C became optional with opset 11; an empty name there is the same as none.
  emit({ inputs: node.inputs.filter((_, position) => inputs[position] !== undefined) });
};

/** ∂L/∂A of y = α·A·B + β·C is α·g·Bᵀ: the same initializer, read transposed, so that its memory is not doubled. */
const gemmGradient: BackwardRule = ({ b, node, g, needs }) => {
  if (needs(1) || intOf(node, 'transA', 0) === 1 || b.type(node.inputs[0]!).batched === false) {
    refuse(
      node,
      'when its second operand depends on the image, or its first is transposed',
      'use MatMul there',
    );
  }
  const picked =
    intOf(node, 'transB', 0) === 1 && floatOf(node, 'alpha', 1) === 1 ? b.oneHotIds(g) : undefined;
  // A one-hot row times W is a row of W: k rows are read instead of all.
  if (picked !== undefined && !needs(2)) return [b.add('Gather', [node.inputs[1]!, picked])];
  const grad = b.add('Gemm', [g, node.inputs[1]!], {
    transB: { type: 'int', value: intOf(node, 'transB', 0) === 1 ? 0 : 1 },
    alpha: { type: 'float', value: floatOf(node, 'alpha', 1) },
  });
  if (needs(2)) refuse(node, 'for a bias that depends on the image', 'export the addition as Add');
  return [grad];
};

const inferMatMul: Infer = (node, [a, b]) => {
  const [left, right] = [a!.shape, b!.shape];
  const inner = right[Math.max(0, right.length - 2)];
  if (left.length === 1 && right.length > 1) {
    throw new ModelError(
      `${describe(node)}: its input [${left.join(',')}] has no axis for the batch; export the model without squeezing that away`,
    );
  }
  if (left.length < 2 || right.length < 2 || left[left.length - 1] !== inner) {
    throw new ModelError(
      `${describe(node)}: shapes [${left.join(',')}] and [${right.join(',')}] cannot be multiplied; is the input size right?`,
    );
  }
  const batch = broadcastShapes(left.slice(0, -2), right.slice(0, -2));
  return [{ dtype: a!.dtype, shape: [...batch, left[left.length - 2]!, right[right.length - 1]!] }];
};

/** Rows times a constant matrix that fits them: how a sum over the classes is written with ones. */
const foldMatMul: Fold = (_node, [a, b]) => {
  if (a === undefined || b?.shape.length !== 2 || a.shape.length < 2 || a.shape.at(-1) !== b.shape[0])
    return undefined;
  const [left, right] = [numbersOf(a), numbersOf(b)];
  const [inner, columns] = b.shape as [number, number];
  const rows = left.length / inner;
  const values = Array.from({ length: rows * columns }, (_, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    let sum = 0;
    for (let k = 0; k < inner; k++) sum += left[row * inner + k]! * right[k * columns + column]!;
    return sum;
  });
  return [make(a.dtype, [...a.shape.slice(0, -1), columns], values)];
};

/**
 * y = A·B: ∂L/∂A = g·Bᵀ and ∂L/∂B = Aᵀ·g, over the last two axes. Either operand may be a constant matrix; two that
 * depend on the image (attention) need the same leading axes.
 */
const matMulGradient: BackwardRule = (context) => {
  const { b, node, g, needs } = context;
  const [left, right] = node.inputs as [string, string];
  const [a, c] = [b.type(left), b.type(right)];
  if (a.batched && c.batched) return products(context);
  const constant = a.batched ? c : a;
  if (constant.dims.length !== 2 || needs(a.batched ? 1 : 0))
    refuse(node, 'for a constant operand of more or less than two axes', 'export it as Gemm');
  if (!a.batched) return [undefined, b.add('MatMul', [transposed(b, left, 2), g])];
  if (a.dims.length === 1) return [b.add('Gemm', [g, right], { transB: { type: 'int', value: 1 } })];
  const flat = b.add('Gemm', [b.add('Reshape', [g, b.ints([-1, constant.dims[1]!])]), right], {
    transB: { type: 'int', value: 1 },
  });
  return [b.reshape(flat, [-1, ...a.dims])];
};

function products({ b, node, g, needs }: RuleContext) {
  const [left, right] = node.inputs as [string, string];
  const [a, c] = [b.type(left).dims, b.type(right).dims];
  const lead = a.slice(0, -2);
  if (a.length < 2 || !sameShape(lead, c.slice(0, -2)))
    refuse(node, 'for operands of different leading axes', 'export the model with explicit shapes');
  const y = [...lead, a.at(-2)!, c.at(-1)!];
  // Forward operands are shared by the k classes through broadcasting: [N,1,…] beside [N,k,…].
  const wide = (value: string, count: number, dims: readonly number[]) =>
    b.k === 1 ? value : b.reshape(value, [-1, count, ...dims]);
  const turned = (value: string, [rows, columns]: readonly number[]) =>
    wide(transposed(b, value, a.length + 1), 1, [...lead, columns!, rows!]);
  const own = wide(g, b.k, y);
  const product = (inputs: readonly string[], dims: readonly number[]) => {
    const made = b.add('MatMul', inputs);
    return b.k === 1 ? made : b.reshape(made, [-1, ...dims]);
  };
  return [
    needs(0) ? product([own, turned(right, c.slice(-2))], a) : undefined,
    needs(1) ? product([turned(left, a.slice(-2)), own], c) : undefined,
  ];
}

/** The last two of `rank` axes swapped. */
function transposed(b: GraphBuilder, value: string, rank: number): string {
  const perm = Array.from({ length: rank }, (_, axis) =>
    axis < rank - 2 ? axis : axis === rank - 2 ? rank - 1 : rank - 2,
  );
  return b.once(`transposed ${value}`, () =>
    b.add('Transpose', [value], { perm: { type: 'ints', value: perm } }),
  );
}

export const linear: OperatorFamily = {
  Gemm: {
    schema: '2 3 1 012 alpha:f beta:f transA:i transB:i',
    traits: ['bilinear', 'weighted'],
    infer: inferGemm,
    lower: lowerGemm,
    gradient: gemmGradient,
    excitation: byWeights(gemmGradient),
  },
  MatMul: {
    schema: '2 2 1 01',
    traits: ['bilinear', 'weighted'],
    infer: inferMatMul,
    fold: foldMatMul,
    gradient: matMulGradient,
    excitation: byWeights(matMulGradient),
  },
};
