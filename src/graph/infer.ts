import { ModelError } from '../errors.js';
import { dtypeOf } from '../onnx/tensor.js';
import { foldNode, reshapeTo, slicePicks, unsqueezeShape } from './fold.js';
import {
  type Constant,
  type DType,
  describe,
  type Graph,
  intOf,
  intsOf,
  type Node,
  numbersOf,
  sizeOf,
} from './graph.js';
import { broadcastShapes, normalizeAxis } from './shapes.js';
import { windowsOf } from './windows.js';

/** What is known of a value for one concrete batch size. */
export interface Info {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** The value itself, where it follows from constants and shapes alone. */
  readonly known?: Constant;
}

type Infer = (node: Node, inputs: readonly (Info | undefined)[], batch: Batch) => Info[];

interface Batch {
  readonly size: number;
  /** The batch size that the model was exported with, when it was fixed. */
  readonly exported: number | undefined;
}

const same: Infer = (_node, [x]) => [{ dtype: x!.dtype, shape: x!.shape }];
const elementwise: Infer = (_node, inputs) => [
  {
    dtype: inputs[0]!.dtype,
    shape: inputs.reduce<readonly number[]>((shape, input) => broadcastShapes(shape, input!.shape), []),
  },
];
const comparison: Infer = (node, inputs, batch) => [
  { ...elementwise(node, inputs, batch)[0]!, dtype: 'bool' },
];

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

/** The numbers of an input that must be known at compile time. Throws ModelError when it is not. */
export function knownNumbers(node: Node, input: Info, what: string): number[] {
  if (input.known === undefined) {
    throw new ModelError(
      `${describe(node)}: its ${what} are computed from the image; export the model with fixed shapes`,
    );
  }
  return numbersOf(input.known);
}

const reduction: Infer = (node, inputs) => {
  const x = inputs[0]!;
  const rank = x.shape.length;
  const given = axesOf(node, inputs);
  const axes = new Set((given ?? x.shape.map((_, axis) => axis)).map((axis) => normalizeAxis(axis, rank)));
  const keep = intOf(node, 'keepdims', 1) === 1;
  const shape = x.shape.flatMap((dim, axis) => (axes.has(axis) ? (keep ? [1] : []) : [dim]));
  return [{ dtype: x.dtype, shape }];
};

const pool: Infer = (node, inputs) => {
  const x = inputs[0]!;
  const { output } = windowsOf(node, x.shape.slice(2), intsOf(node, 'kernel_shape') ?? []);
  const shape = [...x.shape.slice(0, 2), ...output];
  return [
    { dtype: x.dtype, shape },
    { dtype: 'int64', shape },
  ];
};

const globalPool: Infer = (_node, [x]) => [
  { dtype: x!.dtype, shape: x!.shape.map((dim, axis) => (axis < 2 ? dim : 1)) },
];

const INFER: Readonly<Record<string, Infer>> = {
  Conv: (node, [x, weight]) => {
    const w = weight!.shape;
    const group = intOf(node, 'group', 1);
    if (x!.shape.length !== w.length || x!.shape[1] !== w[1]! * group || w[0]! % group !== 0) {
      throw new ModelError(
        `${describe(node)}: weights [${w.join(',')}] in ${group} group(s) do not fit its input [${x!.shape.join(',')}]`,
      );
    }
    const { output } = windowsOf(node, x!.shape.slice(2), w.slice(2));
    return [{ dtype: x!.dtype, shape: [x!.shape[0]!, w[0]!, ...output] }];
  },
  Gemm: (node, [a, b]) => {
    const [rows, inner] =
      intOf(node, 'transA', 0) === 1 ? [a!.shape[1], a!.shape[0]] : [a!.shape[0], a!.shape[1]];
    const [depth, columns] =
      intOf(node, 'transB', 0) === 1 ? [b!.shape[1], b!.shape[0]] : [b!.shape[0], b!.shape[1]];
    if (a!.shape.length !== 2 || b!.shape.length !== 2 || inner !== depth) {
      throw new ModelError(
        `${describe(node)}: weights [${b!.shape.join(',')}] do not fit its input [${a!.shape.join(',')}]; is the input size right?`,
      );
    }
    return [{ dtype: a!.dtype, shape: [rows!, columns!] }];
  },
  MatMul: (node, [a, b]) => {
    const [left, right] = [a!.shape, b!.shape];
    const inner = right[Math.max(0, right.length - 2)];
    if (left.length < 2 || right.length < 2 || left[left.length - 1] !== inner) {
      throw new ModelError(
        `${describe(node)}: shapes [${left.join(',')}] and [${right.join(',')}] cannot be multiplied; is the input size right?`,
      );
    }
    const batch = broadcastShapes(left.slice(0, -2), right.slice(0, -2));
    return [{ dtype: a!.dtype, shape: [...batch, left[left.length - 2]!, right[right.length - 1]!] }];
  },
  MaxPool: pool,
  AveragePool: pool,
  GlobalAveragePool: globalPool,
  GlobalMaxPool: globalPool,
  ReduceMean: reduction,
  ReduceSum: reduction,
  ReduceMax: reduction,
  ReduceMin: reduction,
  ReduceL2: reduction,
  ReduceSumSquare: reduction,
  Concat: (node, inputs) => {
    const first = inputs[0]!;
    const axis = normalizeAxis(intOf(node, 'axis', 1), first.shape.length);
    for (const input of inputs) {
      if (
        input!.shape.length !== first.shape.length ||
        input!.shape.some((dim, i) => i !== axis && dim !== first.shape[i])
      ) {
        throw new ModelError(
          `${describe(node)}: parts [${first.shape.join(',')}] and [${input!.shape.join(',')}] cannot be joined along axis ${axis}`,
        );
      }
    }
    const total = inputs.reduce((sum, input) => sum + input!.shape[axis]!, 0);
    return [{ dtype: first.dtype, shape: first.shape.map((dim, i) => (i === axis ? total : dim)) }];
  },
  Flatten: (node, [x]) => {
    const axis = intOf(node, 'axis', 1);
    const at = axis < 0 ? axis + x!.shape.length : axis;
    return [{ dtype: x!.dtype, shape: [sizeOf(x!.shape.slice(0, at)), sizeOf(x!.shape.slice(at))] }];
  },
  Reshape: (node, inputs, batch) => {
    const x = inputs[0]!;
    const target =
      inputs[1] === undefined ? [...(intsOf(node, 'shape') ?? [])] : knownNumbers(node, inputs[1], 'shape');
    // A model exported for one image writes that 1 into its reshapes: there it means the batch.
    if (batch.exported !== undefined && target[0] === batch.exported && x.shape[0] === batch.size)
      target[0] = 0;
    const shape = reshapeTo(x.shape, target);
    if (sizeOf(shape) !== sizeOf(x.shape) || shape.some((dim) => !Number.isInteger(dim))) {
      throw new ModelError(
        `${describe(node)}: [${x.shape.join(',')}] cannot become [${target.join(',')}]; is the input size right?`,
      );
    }
    return [{ dtype: x.dtype, shape }];
  },
  Squeeze: (node, inputs) => {
    const x = inputs[0]!;
    const axes = axesOf(node, inputs)?.map((axis) => normalizeAxis(axis, x.shape.length));
    // The batch axis is never meant, even when it happens to be 1.
    const shape = x.shape.filter((dim, axis) =>
      axes === undefined ? axis === 0 || dim !== 1 : !axes.includes(axis),
    );
    return [{ dtype: x.dtype, shape }];
  },
  Unsqueeze: (node, inputs) => {
    const x = inputs[0]!;
    return [{ dtype: x.dtype, shape: unsqueezeShape(x.shape, axesOf(node, inputs) ?? []) }];
  },
  Transpose: (node, [x]) => {
    const perm = intsOf(node, 'perm') ?? x!.shape.map((_, axis) => x!.shape.length - 1 - axis);
    if (perm.length !== x!.shape.length)
      throw new ModelError(`${describe(node)}: perm does not fit rank ${x!.shape.length}`);
    return [{ dtype: x!.dtype, shape: perm.map((axis) => x!.shape[axis]!) }];
  },
  Pad: (node, inputs) => {
    const x = inputs[0]!;
    const pads = padsOf(node, inputs);
    const rank = x.shape.length;
    return [{ dtype: x.dtype, shape: x.shape.map((dim, axis) => dim + pads[axis]! + pads[rank + axis]!) }];
  },
  Slice: (node, inputs) => {
    const x = inputs[0]!;
    const shape = [...x.shape];
    for (const { axis, start, end, step } of slicesOf(node, inputs)) {
      shape[axis] = slicePicks(x.shape[axis]!, start, end, step).length;
    }
    return [{ dtype: x.dtype, shape }];
  },
  Split: (node, inputs) => {
    const x = inputs[0]!;
    const axis = normalizeAxis(intOf(node, 'axis', 0), x.shape.length);
    return splitSizes(node, inputs).map((size) => ({
      dtype: x.dtype,
      shape: x.shape.map((dim, i) => (i === axis ? size : dim)),
    }));
  },
  Gather: (node, [data, index]) => {
    const axis = normalizeAxis(intOf(node, 'axis', 0), data!.shape.length);
    return [
      {
        dtype: data!.dtype,
        shape: [...data!.shape.slice(0, axis), ...index!.shape, ...data!.shape.slice(axis + 1)],
      },
    ];
  },
  Expand: (node, [x, target]) => [
    { dtype: x!.dtype, shape: broadcastShapes(x!.shape, knownNumbers(node, target!, 'shape')) },
  ],
  Cast: (node, [x]) => [{ dtype: dtypeOf(intOf(node, 'to', 1)) ?? 'float32', shape: x!.shape }],
  Shape: (node, [x]) => {
    const rank = x!.shape.length;
    const bound = (at: number) => Math.min(rank, Math.max(0, at < 0 ? at + rank : at));
    const dims = x!.shape.slice(bound(intOf(node, 'start', 0)), bound(intOf(node, 'end', rank)));
    const known: Constant = { dtype: 'int64', shape: [dims.length], data: BigInt64Array.from(dims, BigInt) };
    return [{ dtype: 'int64', shape: known.shape, known }];
  },
  Where: (_node, [condition, a, b]) => [
    { dtype: a!.dtype, shape: broadcastShapes(condition!.shape, broadcastShapes(a!.shape, b!.shape)) },
  ],
  BatchNormalization: same,
  LayerNormalization: same,
  Dropout: (_node, [x]) => [
    { dtype: x!.dtype, shape: x!.shape },
    { dtype: 'bool', shape: x!.shape },
  ],
};

const SAME_SHAPE =
  'Relu Clip LeakyRelu PRelu Elu Selu Celu Sigmoid Tanh HardSwish HardSigmoid Softplus Softsign Mish Gelu Erf Sqrt Exp Log Neg Abs Sign Floor Ceil Reciprocal Identity LRN LpNormalization InstanceNormalization Softmax LogSoftmax Not';
const ELEMENTWISE = 'Add Sub Mul Div Pow Sum Min Max Mod';
const COMPARISONS = 'Equal Greater Less GreaterOrEqual LessOrEqual And Or';

function ruleOf(op: string): Infer | undefined {
  if (SAME_SHAPE.split(' ').includes(op)) return same;
  if (ELEMENTWISE.split(' ').includes(op)) return elementwise;
  if (COMPARISONS.split(' ').includes(op)) return comparison;
  return INFER[op];
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
  infos.set(input.name, { dtype: input.dtype, shape: inputShape });
  const batch: Batch = { size: inputShape[0]!, exported };
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((name) => (name === '' ? undefined : infos.get(name)));
    const results = inferNode(node, inputs, batch);
    node.outputs.forEach((name, i) => {
      const result = results[i];
      if (name !== '' && result !== undefined) infos.set(name, result);
    });
  }
  return infos;
}

function inferNode(node: Node, inputs: readonly (Info | undefined)[], batch: Batch): Info[] {
  if (node.op === 'Constant') return [constantInfo(node)];
  const present = inputs.filter((input) => input !== undefined);
  if (present.length > 0 && present.every(({ known }) => known !== undefined)) {
    const folded = foldNode(
      node,
      inputs.map((input) => input?.known),
    );
    if (folded !== undefined)
      return folded.map((known) => ({ dtype: known.dtype, shape: known.shape, known }));
  }
  const infer = node.domain === '' ? ruleOf(node.op) : undefined;
  if (infer === undefined) {
    const domain = node.domain === '' ? '' : ` of domain ${node.domain}`;
    throw new ModelError(
      `operator ${describe(node)}${domain} is not supported: export the model without it, or add a rule (CONTRIBUTING.md, "An operator")`,
    );
  }
  if (present.length === 0) throw new ModelError(`${describe(node)} has no inputs`);
  try {
    return infer(node, inputs, batch);
  } catch (error) {
    if (error instanceof ModelError && !error.message.includes('`')) {
      throw new ModelError(`${describe(node)}: ${error.message}`);
    }
    if (error instanceof TypeError)
      throw new ModelError(`${describe(node)}: an input that it needs is missing`);
    throw error;
  }
}

function constantInfo(node: Node): Info {
  const { value, value_float, value_int, value_ints, value_floats } = node.attributes;
  const known = ((): Constant | undefined => {
    if (value?.type === 'tensor') return value.value;
    if (value_float?.type === 'float')
      return { dtype: 'float32', shape: [], data: Float32Array.of(value_float.value) };
    if (value_int?.type === 'int')
      return { dtype: 'int64', shape: [], data: BigInt64Array.of(BigInt(value_int.value)) };
    if (value_ints?.type === 'ints') {
      return {
        dtype: 'int64',
        shape: [value_ints.value.length],
        data: BigInt64Array.from(value_ints.value, BigInt),
      };
    }
    if (value_floats?.type === 'floats') {
      return {
        dtype: 'float32',
        shape: [value_floats.value.length],
        data: Float32Array.from(value_floats.value),
      };
    }
    return undefined;
  })();
  if (known === undefined)
    throw new ModelError(`${describe(node)} holds a kind of value that is not supported`);
  return { dtype: known.dtype, shape: known.shape, known };
}
