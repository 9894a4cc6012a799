import { floatOf, intOf } from '../graph.js';
import { type BackwardRule, type RuleTable, refuse } from './rule.js';

/** ∂L/∂A of y = α·A·B + β·C is α·g·Bᵀ: the same initializer, read transposed, so that its memory is not doubled. */
const gemm: BackwardRule = ({ b, node, g, needs }) => {
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

/** y = A·B: ∂L/∂A = g·Bᵀ and ∂L/∂B = Aᵀ·g, over the last two axes. */
const matMul: BackwardRule = ({ b, node, g, needs }) => {
  const [a, right] = [b.type(node.inputs[0]!), b.type(node.inputs[1]!)];
  if (right.batched || needs(1)) {
    refuse(
      node,
      'for two operands that both depend on the image (attention)',
      'explain a layer behind it, or open an issue',
    );
  }
  if (right.dims.length !== 2)
    refuse(node, 'for constant operands of more than two axes', 'export it as Gemm');
  if (a.dims.length === 1)
    return [b.add('Gemm', [g, node.inputs[1]!], { transB: { type: 'int', value: 1 } })];
  const columns = right.dims[1]!;
  const flat = b.add('Gemm', [b.reshape(g, [-1, columns]), node.inputs[1]!], {
    transB: { type: 'int', value: 1 },
  });
  return [b.reshape(flat, [-1, ...a.dims])];
};

export const linearRules: RuleTable = { Gemm: gemm, MatMul: matMul };
