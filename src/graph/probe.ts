import { ModelError } from '../base/errors.js';
import { type Constant, describe, type Graph, type Node, numbersOf, sizeOf } from '../onnx/graph.js';
import { reshaped } from './constants.js';
import { inferShapes } from './infer.js';
import { hasTrait } from './operators/table.js';
import type { Info } from './parameters.js';
import { sameShape } from './shapes.js';
import type { ValueType } from './value-type.js';

/*
 * Shapes are inferred for two batch sizes: a dimension that follows them is the batch, whatever arithmetic the exporter
 * wrote. A file that was exported for one image, and holds to it, is inferred for that one.
 */

/** What is known of every value of a graph, for images of one size. */
export interface Probed {
  /** For one concrete batch size. */
  readonly infos: ReadonlyMap<string, Info>;
  readonly types: ReadonlyMap<string, ValueType>;
  /** Values that are the same row for every image of the batch: that row, [1, ...dims]. */
  readonly rows: ReadonlyMap<string, Constant>;
  /** Whether the graph takes batches of any size, or one image at a time. */
  readonly anyBatch: boolean;
}

const PROBES = [2, 3] as const;

/** Stand for the batch in messages: numbers that no file holds, whose multiples are told apart from other sizes. */
const SENTINELS = [7919, 97] as const;

/**
 * @param inputShape shape of one example, without the batch axis
 * @param exported the batch size written into the model, when it was exported with a fixed one
 * @throws ModelError naming the first operator that is not supported, or whose shapes do not fit
 */
export function probe(graph: Graph, inputShape: readonly number[], exported?: number): Probed {
  try {
    return ofAnyBatch(graph, inputShape, exported);
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    throw inWordsOfTheFile(graph, inputShape, exported, error);
  }
}

function ofAnyBatch(graph: Graph, inputShape: readonly number[], exported: number | undefined): Probed {
  const [first, second] = PROBES.map((batch) => inferShapes(graph, [batch, ...inputShape], exported)) as [
    ReadonlyMap<string, Info>,
    ReadonlyMap<string, Info>,
  ];
  const types = new Map<string, ValueType>();
  const rows = new Map<string, Constant>();
  for (const [name, a] of first) {
    const b = second.get(name);
    if (b === undefined || a.shape.length !== b.shape.length) continue;
    const follows = a.shape[0] === PROBES[0] && b.shape[0] === PROBES[1];
    const rest = (follows ? 1 : 0) as 0 | 1;
    // Values whose other dimensions follow the batch too have no type here; a rule that meets one says so.
    if (!sameShape(a.shape.slice(rest), b.shape.slice(rest))) continue;
    if (a.known !== undefined && b.known !== undefined && !sameNumbers(a.known, b.known)) {
      // A number that follows the batch size is known for neither, but for a row that is repeated.
      const row = follows ? repeatedRow(a.known, b.known) : undefined;
      if (row === undefined) continue;
      rows.set(name, row);
    }
    types.set(name, { dtype: a.dtype, batched: follows, dims: a.shape.slice(rest) });
  }
  needTypes(graph, first, types);
  return { infos: first, types, rows, anyBatch: true };
}

/** A value that is computed with must not hold numbers that follow the batch. @throws ModelError */
function needTypes(
  graph: Graph,
  infos: ReadonlyMap<string, Info>,
  types: ReadonlyMap<string, ValueType>,
): void {
  for (const node of graph.nodes) {
    if (node.outputs.every((name) => name === '' || infos.get(name)?.known !== undefined)) continue;
    const computedWith = hasTrait(node, 'parameterised') ? node.inputs.slice(0, 1) : node.inputs;
    const data = computedWith.find((name) => infos.get(name)?.known !== undefined && !types.has(name));
    if (data === undefined) continue;
    throw new ModelError(
      `${describe(node)}: its input \`${data}\` depends on the batch size; export the model for batches of any size, or for one image`,
    );
  }
}

/**
 * The same for a graph that takes one image at a time: an axis of 1 in front is the batch wherever the image is in the value.
 * @throws ModelError
 */
export function probeOne(graph: Graph, inputShape: readonly number[]): Probed {
  const infos = inferShapes(graph, [1, ...inputShape], undefined);
  const fromImage = reachedFrom(graph.nodes, [graph.inputs[0]!.name]);
  const types = new Map<string, ValueType>();
  for (const [name, { dtype, shape, known }] of infos) {
    const computed = known === undefined && fromImage.has(name);
    if (!computed) types.set(name, { dtype, batched: false, dims: shape });
    else if (shape[0] === 1) types.set(name, { dtype, batched: true, dims: shape.slice(1) });
  }
  return { infos, types, rows: new Map(), anyBatch: false };
}

/** Values and all that is computed from them; of a value's shape alone nothing is. */
export function reachedFrom(nodes: readonly Node[], from: Iterable<string>): Set<string> {
  const reached = new Set(from);
  for (const node of nodes) {
    if (!hasTrait(node, 'readsShape') && node.inputs.some((input) => reached.has(input)))
      for (const output of node.outputs) reached.add(output);
  }
  return reached;
}

function repeatedRow(a: Constant, b: Constant): Constant | undefined {
  const dims = a.shape.slice(1);
  const size = sizeOf(dims);
  const [all, more] = [numbersOf(a), numbersOf(b)];
  const same = (values: readonly number[]) => values.every((value, i) => value === all[i % size]);
  if (size === 0 || !same(all) || !same(more)) return undefined;
  return reshaped({ dtype: a.dtype, shape: a.shape, data: a.data.slice(0, size) }, [1, ...dims]);
}

function sameNumbers(a: Constant, b: Constant): boolean {
  if (a === b) return true;
  // `data` of a model's weights is read from the file each time it is asked for.
  const [one, other] = [a.data, b.data];
  return one === other || (one.length === other.length && one.every((value, i) => value === other[i]));
}

/** The same complaint with N in the place of the batch, and no size that the file does not hold. */
function inWordsOfTheFile(
  graph: Graph,
  inputShape: readonly number[],
  exported: number | undefined,
  error: ModelError,
): ModelError {
  for (const sentinel of SENTINELS) {
    try {
      inferShapes(graph, [sentinel, ...inputShape], exported);
    } catch (again) {
      // With many images something else may be too large: that is not what is wrong with the file.
      if (!(again instanceof ModelError) || wording(again.message) !== wording(error.message)) continue;
      return new ModelError(again.message.replace(SIZE, (digits) => inImages(Number(digits), sentinel)));
    }
  }
  return error;
}

/** A number in a shape. */
const SIZE = /(?<=[[,\s])\d+(?=[\],\s])/g;

function inImages(size: number, sentinel: number): string {
  const times = size / sentinel;
  if (!Number.isInteger(times) || times === 0) return String(size);
  return times === 1 ? 'N' : `${times}·N`;
}

const wording = (message: string) => message.replace(/\d+/g, '');
