import { describe, type Graph } from '../../src/onnx/graph.js';
import type { Inputs, Operators } from './operator.js';
import { arithmetic } from './operators/arithmetic.js';
import { convolution } from './operators/convolution.js';
import { elementwise } from './operators/elementwise.js';
import { indexing } from './operators/indexing.js';
import { linear } from './operators/linear.js';
import { normalization } from './operators/normalization.js';
import { pooling } from './operators/pooling.js';
import { reductions } from './operators/reduction.js';
import { resize } from './operators/resize.js';
import { shaping } from './operators/shaping.js';
import { fromConstant, values } from './operators/values.js';
import type { RefTensor } from './tensor.js';

const OPERATORS: Operators = {
  ...arithmetic,
  ...convolution,
  ...elementwise,
  ...indexing,
  ...linear,
  ...normalization,
  ...pooling,
  ...reductions,
  ...resize,
  ...shaping,
  ...values,
};

/** Whether the interpreter has the definition of an operator. */
export function isDefined(op: string): boolean {
  return Object.hasOwn(OPERATORS, op);
}

/**
 * Evaluates a graph in float64, one node after another, each operator written as its definition reads
 * (ONNX opset 17). Slow on purpose: it shares no idea with the compiler or the engines that it checks.
 */
export function evaluate(
  graph: Graph,
  feeds: ReadonlyMap<string, RefTensor>,
  wanted: readonly string[],
): Map<string, RefTensor> {
  const known = new Map<string, RefTensor>(feeds);
  const lookUp = (name: string): RefTensor => {
    const found = known.get(name);
    if (found !== undefined) return found;
    const constant = graph.constants.get(name);
    if (constant === undefined) throw new Error(`value \`${name}\` is neither fed, constant nor computed`);
    const value = fromConstant(constant);
    known.set(name, value);
    return value;
  };
  for (const node of graph.nodes) {
    const operator = isDefined(node.op) ? OPERATORS[node.op] : undefined;
    if (operator === undefined) throw new Error(`the reference interpreter lacks ${describe(node)}`);
    const inputs: Inputs = node.inputs.map((name) => (name === '' ? undefined : lookUp(name)));
    const outputs = operator(node, inputs);
    node.outputs.forEach((name, i) => {
      const output = outputs[i];
      if (name !== '' && output !== undefined) known.set(name, output);
    });
  }
  return new Map(wanted.map((name) => [name, lookUp(name)]));
}
