import type { Attribute, Constant, DType, Graph, Node } from '../onnx/graph.js';
import { halfToFloat } from '../onnx/half.js';

/*
 * Networks in half precision are computed in float32, and so is what a file casts to double: maps are float32, and an engine
 * without half-precision kernels would only convert back and forth.
 */

const OTHER_FLOATS: ReadonlySet<DType> = new Set(['float16', 'bfloat16', 'float64']);

/** The numbers of ONNX's element types float16, bfloat16 and double, that a Cast names. */
const OTHER_CODES: ReadonlySet<number> = new Set([10, 16, 11]);
const FLOAT32 = 1;

/** The same graph with all its real numbers in float32. Graphs in float32 come back as they are. */
export function inFloat32(graph: Graph): Graph {
  const constants = new Map(
    [...graph.constants].map(([name, constant]) => [name, widened(constant)] as const),
  );
  const changed =
    graph.inputs.some(({ dtype }) => dtype === 'float16' || dtype === 'bfloat16') ||
    [...graph.constants.values()].some(({ dtype }) => OTHER_FLOATS.has(dtype)) ||
    graph.nodes.some((node) => Object.values(node.attributes).some(isOther) || castsToOther(node));
  if (!changed) return graph;
  const info = <T extends { readonly dtype: DType }>(value: T): T =>
    value.dtype === 'float16' || value.dtype === 'bfloat16' ? { ...value, dtype: 'float32' } : value;
  return { ...graph, constants, inputs: graph.inputs.map(info), nodes: graph.nodes.map(nodeInFloat32) };
}

function isOther(attribute: Attribute): boolean {
  return attribute.type === 'tensor' && OTHER_FLOATS.has(attribute.value.dtype);
}

function castsToOther({ op, attributes }: Node): boolean {
  return op === 'Cast' && attributes.to?.type === 'int' && OTHER_CODES.has(attributes.to.value);
}

function nodeInFloat32(node: Node): Node {
  if (castsToOther(node))
    return { ...node, attributes: { ...node.attributes, to: { type: 'int', value: FLOAT32 } } };
  const entries = Object.entries(node.attributes);
  if (!entries.some(([, attribute]) => isOther(attribute))) return node;
  const attributes = entries.map(([name, attribute]) => [
    name,
    attribute.type === 'tensor' ? { ...attribute, value: widened(attribute.value) } : attribute,
  ]);
  return { ...node, attributes: Object.fromEntries(attributes) };
}

function widened(constant: Constant): Constant {
  const { dtype, shape } = constant;
  if (!OTHER_FLOATS.has(dtype)) return constant;
  // Weights that lie in a file are read when asked for, and these are made of them then.
  return {
    dtype: 'float32',
    shape,
    get data() {
      if (dtype === 'float64') return Float32Array.from(constant.data as Float64Array);
      return halfToFloat(dtype as 'float16' | 'bfloat16', constant.data as Uint16Array);
    },
  };
}
