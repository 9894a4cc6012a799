import { type Constant, DTYPES, type DType, intOf, type Node, numbersOf } from '../../../src/onnx/graph.js';
import { integers, type Operators, required } from '../operator.js';
import { dtypeOf, generate, isInteger, map, type RefTensor, scalar, tensor } from '../tensor.js';

/** A constant's values as the interpreter holds them; half precision is not needed by any test. */
export function fromConstant(constant: Constant): RefTensor {
  if (constant.dtype === 'float16' || constant.dtype === 'bfloat16') throw new Error('half precision');
  return tensor(constant.shape, numbersOf(constant), constant.dtype);
}

function dtypeNamed(node: Node, number: number): DType {
  const found = Object.entries(DTYPES).find(([, value]) => value === number);
  if (found === undefined) throw new Error(`${node.op}: element type ${number}`);
  return found[0] as DType;
}

function castTo(dtype: DType): (value: number) => number {
  if (dtype === 'bool') return (value) => (value === 0 ? 0 : 1);
  return isInteger(dtype) ? Math.trunc : (value) => value;
}

const identity: Operators[string] = (node, inputs) => [required(node, inputs, 0)];

export const values: Operators = {
  Identity: identity,
  /** At inference: nothing is dropped, the mask is all true. */
  Dropout: (node, inputs) => {
    const x = required(node, inputs, 0);
    return [x, generate(x.shape, () => 1, 'bool')];
  },
  Cast: (node, inputs) => {
    const dtype = dtypeNamed(node, intOf(node, 'to', 1));
    return [map(required(node, inputs, 0), castTo(dtype), dtype)];
  },
  CastLike: (node, inputs) => {
    const dtype = dtypeOf(required(node, inputs, 1));
    return [map(required(node, inputs, 0), castTo(dtype), dtype)];
  },
  Constant: (node) => {
    const a = node.attributes;
    if (a.value?.type === 'tensor') return [fromConstant(a.value.value)];
    if (a.value_float?.type === 'float') return [scalar(a.value_float.value)];
    if (a.value_int?.type === 'int') return [scalar(a.value_int.value, 'int64')];
    if (a.value_floats?.type === 'floats')
      return [tensor([a.value_floats.value.length], a.value_floats.value)];
    if (a.value_ints?.type === 'ints') {
      return [tensor([a.value_ints.value.length], a.value_ints.value, 'int64')];
    }
    throw new Error(`Constant ${node.name}: no value`);
  },
  ConstantOfShape: (node, inputs) => {
    const shape = integers(required(node, inputs, 0))!;
    const value = node.attributes.value;
    const fill = value?.type === 'tensor' ? fromConstant(value.value) : scalar(0);
    return [generate(shape, () => fill.data[0]!, dtypeOf(fill))];
  },
};
