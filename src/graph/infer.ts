import { ModelError } from '../base/errors.js';
import { describe, type Graph, type Node } from '../onnx/graph.js';
import { checkNode, checkShape } from './contract.js';
import { foldNode } from './fold.js';
import type { Batch } from './operators/operator.js';
import { operatorOf, schemaOf } from './operators/table.js';
import type { Info } from './parameters.js';

/**
 * Infers the shape of every value for one concrete batch size; shape arithmetic is computed on the way.
 * @param exported the batch size written into the model, when it was exported with a fixed one
 * @throws ModelError naming the first operator that is not supported, or whose shapes do not fit
 */
export function inferShapes(
  graph: Graph,
  inputShape: readonly number[],
  exported: number | undefined,
): ReadonlyMap<string, Info> {
  const infos = new Map<string, Info>();
  for (const [name, constant] of graph.constants) {
    infos.set(name, { dtype: constant.dtype, shape: constant.shape, known: constant });
  }
  const input = graph.inputs[0]!;
  checkShape(input.name, { shape: inputShape });
  infos.set(input.name, { dtype: input.dtype, shape: inputShape });
  const batch: Batch = { size: inputShape[0]!, exported, opset: graph.opset };
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((name) => (name === '' ? undefined : infos.get(name)));
    const results = inferNode(node, inputs, batch);
    node.outputs.forEach((name, i) => {
      const result = results[i];
      if (name === '' || result === undefined) return;
      checkShape(name, result);
      infos.set(name, result);
    });
  }
  return infos;
}

/** QuantizeLinear, DequantizeLinear, QLinearConv, MatMulInteger, … */
function isQuantised(op: string): boolean {
  return /^(Q[A-Z]|(Dynamic)?Quantize|Dequantize|ConvInteger|MatMulInteger)/.test(op);
}

function inferNode(node: Node, inputs: readonly (Info | undefined)[], batch: Batch): Info[] {
  checkNode(node, inputs);
  const present = inputs.filter((input) => input !== undefined);
  const allKnown = present.length > 0 && present.every(({ known }) => known !== undefined);
  if (allKnown) {
    const folded = foldNode(
      node,
      inputs.map((input) => input?.known),
      batch.opset,
    );
    if (folded !== undefined)
      return folded.map((known) => ({ dtype: known.dtype, shape: known.shape, known }));
  }
  const infer = operatorOf(node)?.infer;
  if (infer === undefined) {
    const domain = node.domain === '' ? '' : ` of domain ${node.domain}`;
    if (isQuantised(node.op)) {
      throw new ModelError(
        `operator ${describe(node)}${domain} computes in int8: a quantised network has no gradient; export the network as it was before quantisation, in float32`,
      );
    }
    throw new ModelError(
      `operator ${describe(node)}${domain} is not supported: export the model without it, or add a rule (CONTRIBUTING.md, "An operator")`,
    );
  }
  if (present.length === 0 && schemaOf(node)?.mostInputs !== 0)
    throw new ModelError(`${describe(node)} has no inputs`);
  try {
    return infer(node, inputs, batch);
  } catch (error) {
    if (error instanceof ModelError && !error.message.includes('`')) {
      throw new ModelError(`${describe(node)}: ${error.message}`);
    }
    throw error;
  }
}
