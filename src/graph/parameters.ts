import { ModelError } from '../base/errors.js';
import { type Constant, type DType, describe, intOf, intsOf, type Node, numbersOf } from '../onnx/graph.js';
import { normalizeAxis } from './shapes.js';

/*
 * What a node is told about axes, pads, slices and splits: attributes in older opsets, inputs in newer ones.
 */

/** What is known of a value for one concrete batch size. */
export interface Info {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** The value itself, where it follows from constants and shapes alone. */
  readonly known?: Constant;
}

/** Axes of a reduction, squeeze or unsqueeze: an attribute in older opsets, an input in newer ones. */
export function axesOf(
  node: Node,
  inputs: readonly (Info | undefined)[],
  position = 1,
): readonly number[] | undefined {
  const input = inputs[position];
  if (input === undefined) return intsOf(node, 'axes');
  return knownNumbers(node, input, 'axes');
}

/** Axes that a reduction goes over: none given means all, unless it says that it then does nothing. */
export function reducedAxes(node: Node, inputs: readonly (Info | undefined)[]): readonly number[] {
  const given = axesOf(node, inputs) ?? [];
  if (given.length > 0 || intOf(node, 'noop_with_empty_axes', 0) === 1) return given;
  return inputs[0]!.shape.map((_, axis) => axis);
}

/**
 * Axes that a lowered reduction goes over, counted from the front, ascending; none where it names none.
 * @param known a value's constant
 * @param rank of what is reduced, the batch included
 */
export function loweredAxes(
  node: Node,
  known: (name: string) => Constant | undefined,
  rank: number,
): readonly number[] {
  const given = known(node.inputs[1] ?? '');
  const axes = given === undefined ? (intsOf(node, 'axes') ?? []) : numbersOf(given);
  return axes.map((axis) => normalizeAxis(axis, rank)).sort((a, b) => a - b);
}

/** The same of a ReduceMean or ReduceSum; undefined for other nodes. */
export function meanAxes(
  node: Node,
  known: (name: string) => Constant | undefined,
  rank: number,
): readonly number[] | undefined {
  return node.op === 'ReduceMean' || node.op === 'ReduceSum' ? loweredAxes(node, known, rank) : undefined;
}

/** The numbers of an input that must be known at compile time. Throws ModelError when it is not. */
export function knownNumbers(node: Node, input: Info, what: string): number[] {
  if (input.known === undefined) {
    throw new ModelError(
      `${describe(node)}: its ${what} are computed from the image; export the model with fixed shapes`,
    );
  }
  return numbersOf(input.known);
}

/** Pads of every axis, [begin…, end…], whatever form the opset gives them. */
export function padsOf(node: Node, inputs: readonly (Info | undefined)[]): number[] {
  const rank = inputs[0]!.shape.length;
  const given = inputs[1] === undefined ? intsOf(node, 'pads') : knownNumbers(node, inputs[1], 'pads');
  const axes =
    inputs[3] === undefined ? inputs[0]!.shape.map((_, i) => i) : knownNumbers(node, inputs[3], 'axes');
  const pads = new Array<number>(2 * rank).fill(0);
  axes.forEach((axis, i) => {
    const at = normalizeAxis(axis, rank);
    pads[at] = given?.[i] ?? 0;
    pads[rank + at] = given?.[axes.length + i] ?? 0;
  });
  return pads;
}

export interface SliceOfAxis {
  readonly axis: number;
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

/** What a Slice does to each axis it names, whatever form the opset gives it. */
export function slicesOf(node: Node, inputs: readonly (Info | undefined)[]): SliceOfAxis[] {
  const read = (position: number, name: string) =>
    inputs[position] === undefined ? intsOf(node, name) : knownNumbers(node, inputs[position], name);
  const starts = read(1, 'starts') ?? [];
  const ends = read(2, 'ends') ?? [];
  const axes = read(3, 'axes') ?? starts.map((_, i) => i);
  const steps = read(4, 'steps') ?? starts.map(() => 1);
  return axes.map((axis, i) => ({
    axis: normalizeAxis(axis, inputs[0]!.shape.length),
    start: starts[i]!,
    end: ends[i]!,
    step: steps[i]!,
  }));
}

/** Sizes of the parts of a Split, whatever form the opset gives them. */
export function splitSizes(node: Node, inputs: readonly (Info | undefined)[]): number[] {
  const given =
    inputs[1] === undefined ? intsOf(node, 'split') : knownNumbers(node, inputs[1], 'split sizes');
  if (given !== undefined) return [...given];
  const x = inputs[0]!;
  const dim = x.shape[normalizeAxis(intOf(node, 'axis', 0), x.shape.length)]!;
  const parts = node.outputs.length;
  const part = Math.ceil(dim / parts);
  return node.outputs.map((_, i) => Math.min(part, dim - i * part));
}
