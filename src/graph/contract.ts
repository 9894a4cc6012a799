import { ModelError } from '../base/errors.js';
import { describe, type Node, sizeOf } from '../onnx/graph.js';
import type { OperatorSchema } from './operators/schema.js';
import { schemaOf } from './operators/table.js';
import type { Info } from './parameters.js';

/**
 * Holds a node to what ONNX says of its operator: number of inputs and outputs, attributes, one element type where
 * one is asked for. What passes has every input that the rules rely on. Operators that are not understood pass too.
 * @param inputs undefined for absent optional inputs
 * @throws ModelError
 */
export function checkNode(node: Node, inputs: readonly (Info | undefined)[]): void {
  const schema = schemaOf(node);
  if (schema === undefined) return;
  checkCounts(node, inputs, schema);
  checkAttributes(node, schema);
  const typed = inputs.filter((input, at) => input !== undefined && schema.sharesType(at)) as Info[];
  const other = typed.find(({ dtype }) => dtype !== typed[0]!.dtype);
  if (other !== undefined) {
    throw new ModelError(
      `${describe(node)} is given ${typed[0]!.dtype} and ${other.dtype}; export the model in float32`,
    );
  }
}

function checkCounts(node: Node, inputs: readonly (Info | undefined)[], schema: OperatorSchema): void {
  if (inputs.slice(0, schema.fewestInputs).includes(undefined) || inputs.length < schema.fewestInputs) {
    throw new ModelError(`${describe(node)}: an input that it needs is missing`);
  }
  const [given, most] = [inputs.findLastIndex((input) => input !== undefined) + 1, schema.mostInputs];
  if (given > most) throw new ModelError(`${describe(node)} has ${given} inputs; ${node.op} takes ${most}`);
  const made = node.outputs.findLastIndex((output) => output !== '') + 1;
  if (made > schema.mostOutputs || made === 0) {
    throw new ModelError(
      `${describe(node)} has ${made} outputs; ${node.op} gives 1 to ${schema.mostOutputs}`,
    );
  }
}

function checkAttributes(node: Node, schema: OperatorSchema): void {
  for (const [name, { type }] of Object.entries(node.attributes)) {
    const expected = schema.attributes.get(name);
    if (expected === undefined) {
      throw new ModelError(`${describe(node)} has an attribute \`${name}\`, which ${node.op} does not know`);
    }
    if (type !== expected) {
      throw new ModelError(
        `${describe(node)}: attribute ${name} is ${type}, expected ${expected}; export the model again`,
      );
    }
  }
}

/** Elements for one image: 1 GiB of float32, VGG-16's first layers at 2048². More comes from damaged sizes. */
const LARGEST_VALUE = 2 ** 28;

/** @throws ModelError for a shape that no value of a network has */
export function checkShape(name: string, { shape, known }: Pick<Info, 'shape' | 'known'>): void {
  const size = sizeOf(shape.slice(1));
  const whole = shape.every((dim) => Number.isSafeInteger(dim) && dim >= 0);
  if (whole && size <= LARGEST_VALUE && (sizeOf(shape) > 0 || known !== undefined)) return;
  const what = !whole ? 'which is no shape' : size <= LARGEST_VALUE ? 'which holds nothing' : 'too large';
  throw new ModelError(`\`${name}\` would be [${shape.join(',')}], ${what}: is the input size right?`);
}
