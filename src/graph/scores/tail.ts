import { ModelError } from '../../base/errors.js';
import { seededRandom } from '../../base/random.js';
import { type Constant, type Node, numbersOf, sizeOf } from '../../onnx/graph.js';
import { foldNode, folds } from '../fold.js';
import { LOWERED_OPSET, type Lowered } from '../lower.js';
import { reachedFrom } from '../probe.js';

/*
 * The end of a network behind its last layer of weights, and what it computes: a handful of numbers are sent through it.
 */

/** The values through which every path to an output passes, as far back as they hold about one number per class. */
export interface Tail {
  /** The output first, then back towards the image. */
  readonly values: readonly string[];
  /** `segments[i]`: the nodes between `values[i + 1]` and `values[i]`. */
  readonly segments: readonly (readonly Node[])[];
  /** Nodes before the last of `values` that still make about one number per class, where paths run side by side. */
  readonly rest: readonly Node[];
  /** `samples[i]`: what `values[i]` is for each of some made-up images; empty when that could not be computed. */
  readonly samples: readonly (readonly (readonly number[])[])[];
}

/** How far the made-up scores reach. Large ones show what is bounded, small ones what is smooth. */
const SPREADS = [0.3, 0.5, 1, 1, 2, 2, 3, 3, 4, 5, 6, 8, 12, 20, 40, 80];

export function tailOf(lowered: Lowered, output: string, input: string): Tail {
  const found = bottlenecksOf(lowered, output, input);
  return { ...found, samples: sampled(lowered, found.values, found.segments) };
}

function bottlenecksOf({ nodes, constants, types }: Lowered, output: string, input: string) {
  const fromImage = reachedFrom(nodes, [input]);
  // A background class, two scores a class: a little more than the classes is still their end. Features are not.
  const largest = 2 * sizeOf(types.get(output)?.dims ?? []) + 2;
  const small = (name: string) => sizeOf(types.get(name)?.dims ?? [Number.POSITIVE_INFINITY]) <= largest;
  const values = [output];
  const segments: Node[][] = [];
  const open = new Set([output]);
  let pending: Node[] = [];
  for (const node of [...nodes].reverse()) {
    if (!node.outputs.some((name) => open.has(name))) continue;
    const given = node.inputs.filter((name) => name !== '' && !fromImage.has(name));
    if (!folds(node) || isWeights(node, constants) || !given.every((name) => constants.has(name))) {
      pending.unshift(node);
      break;
    }
    for (const name of node.outputs) open.delete(name);
    for (const name of node.inputs) if (fromImage.has(name)) open.add(name);
    pending.unshift(node);
    const [only] = open;
    if (open.size !== 1 || only === undefined) continue;
    const type = types.get(only);
    if (!type?.batched || !small(only) || type.dims.filter((dim) => dim > 1).length > 2) break;
    values.push(only);
    segments.push(pending);
    pending = [];
  }
  return { values, segments, rest: pending.filter(({ outputs }) => outputs.every(small)) };
}

/** A product with a matrix is a layer, but for one with ones, which is a sum. */
function isWeights({ op, inputs }: Node, constants: Lowered['constants']): boolean {
  if (op !== 'MatMul') return false;
  const matrix = constants.get(inputs[1] ?? '');
  if (matrix === undefined) return true;
  const [first, ...others] = numbersOf(matrix);
  return first === undefined || others.length === 0 || others.some((value) => value !== first);
}

function sampled(
  { constants, types }: Lowered,
  values: readonly string[],
  segments: readonly (readonly Node[])[],
): Tail['samples'] {
  const root = values.at(-1)!;
  const dims = types.get(root)?.dims ?? [];
  const nodes = [...segments].reverse().flat();
  const random = seededRandom(1);
  const rows: (readonly (readonly number[])[])[] = [];
  for (const spread of SPREADS) {
    const data = Float64Array.from({ length: sizeOf(dims) }, () => spread * normal(random));
    const found = evaluate(nodes, constants, root, { dtype: 'float64', shape: [1, ...dims], data });
    if (found === undefined) return [];
    rows.push(values.map((name) => numbersOf(found.get(name)!)));
  }
  return values.map((_, i) => rows.map((row) => row[i]!));
}

/** Box and Muller; 1 − u is never 0. */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

function evaluate(
  nodes: readonly Node[],
  constants: ReadonlyMap<string, Constant>,
  root: string,
  value: Constant,
): ReadonlyMap<string, Constant> | undefined {
  const known = new Map([[root, value]]);
  for (const node of nodes) {
    const inputs = node.inputs.map((name) => known.get(name) ?? wide(constants.get(name)));
    try {
      const results = foldNode(node, inputs, LOWERED_OPSET);
      if (results === undefined) return undefined;
      results.forEach((result, i) => void known.set(node.outputs[i]!, result));
    } catch (error) {
      if (error instanceof ModelError) return undefined;
      throw error;
    }
  }
  return known;
}

/** In float64, so that 1 + e^x does not overflow where the network's own float32 would only be unsure. */
function wide(constant: Constant | undefined): Constant | undefined {
  if (constant?.dtype !== 'float32') return constant;
  return { dtype: 'float64', shape: constant.shape, data: Float64Array.from(constant.data as Float32Array) };
}
