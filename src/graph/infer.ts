import { ModelError } from '../errors.js';
import { dtypeOf } from '../onnx/tensor.js';
import { checkNode, checkShape, checkSide, notAlongBatch } from './contract.js';
import { flatGatherShape } from './flat-gather.js';
import { foldNode, reshapeTo, sliceRange, unsqueezeShape } from './fold.js';
import { type Constant, describe, type Graph, intOf, intsOf, type Node, sizeOf } from './graph.js';
import { axesOf, type Info, knownNumbers, padsOf, reducedAxes, slicesOf, splitSizes } from './parameters.js';
import { resizedAxes } from './resize.js';
import { broadcastShapes, normalizeAxis, sameShape } from './shapes.js';
import { windowsOf } from './windows.js';

type Infer = (node: Node, inputs: readonly (Info | undefined)[], batch: Batch) => Info[];

interface Batch {
  readonly size: number;
  /** The batch size that the model was exported with, when it was fixed. */
  readonly exported: number | undefined;
  readonly opset: number;
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

const reduction: Infer = (node, inputs) => {
  const x = inputs[0]!;
  const rank = x.shape.length;
  const axes = new Set(reducedAxes(node, inputs).map((axis) => normalizeAxis(axis, rank)));
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

const alongAxis: Infer = (node, [x], { opset }) => {
  const usual = node.op === 'LpNormalization' || opset >= 13 ? -1 : 1;
  return [notAlongBatch(node, x!, normalizeAxis(intOf(node, 'axis', usual), x!.shape.length))];
};

/** [N, C·s², H/s, W/s]. */
function rearranged(node: Node, x: Info, size: number): Info[] {
  const [batch, channels, ...spatial] = x.shape as [number, number, ...number[]];
  const shape = [batch, channels * size ** 2, ...spatial.map((dim) => dim / size)].map((dim) => {
    // The reciprocal of a block size like 3 leaves a rounding error.
    const whole = Math.round(dim);
    return Math.abs(dim - whole) < 1e-6 ? whole : dim;
  });
  if (spatial.length !== 2 || !shape.every(Number.isInteger))
    throw new ModelError(`${describe(node)}: its block size does not divide [${x.shape.join(',')}]`);
  return [{ dtype: x.dtype, shape }];
}

const INFER: Readonly<Record<string, Infer>> = {
  Conv: (node, [x, weight, bias]) => {
    const w = weight!.shape;
    const group = intOf(node, 'group', 1);
    if (x!.shape.length !== w.length || x!.shape[1] !== w[1]! * group || w[0]! % group !== 0) {
      throw new ModelError(
        `${describe(node)}: weights [${w.join(',')}] in ${group} group(s) do not fit its input [${x!.shape.join(',')}]`,
      );
    }
    checkSide(node, 'bias', bias, [w[0]!]);
    const kernel = intsOf(node, 'kernel_shape') ?? w.slice(2);
    if (!sameShape(kernel, w.slice(2))) {
      throw new ModelError(
        `${describe(node)}: weights [${w.join(',')}] do not fit kernel_shape [${kernel.join(',')}]`,
      );
    }
    const { output } = windowsOf(node, x!.shape.slice(2), kernel);
    return [{ dtype: x!.dtype, shape: [x!.shape[0]!, w[0]!, ...output] }];
  },
  Gemm: (node, [a, b, c]) => {
    const [rows, inner] =
      intOf(node, 'transA', 0) === 1 ? [a!.shape[1], a!.shape[0]] : [a!.shape[0], a!.shape[1]];
    const [depth, columns] =
      intOf(node, 'transB', 0) === 1 ? [b!.shape[1], b!.shape[0]] : [b!.shape[0], b!.shape[1]];
    if (a!.shape.length !== 2 || b!.shape.length !== 2 || inner !== depth) {
      throw new ModelError(
        `${describe(node)}: weights [${b!.shape.join(',')}] do not fit its input [${a!.shape.join(',')}]; is the input size right?`,
      );
    }
    if (c !== undefined && !sameShape(broadcastShapes([rows!, columns!], c.shape), [rows!, columns!])) {
      throw new ModelError(
        `${describe(node)}: bias [${c.shape.join(',')}] does not fit its output [${rows},${columns}]`,
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
    if (perm.length !== x!.shape.length || x!.shape.some((_, axis) => !perm.includes(axis)))
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
      shape[axis] = sliceRange(x.shape[axis]!, start, end, step).count;
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
  Gather: (node, [data, index], batch) => {
    const flat = flatGatherShape(node, [data!, index!], batch);
    if (flat !== undefined) return [{ dtype: data!.dtype, shape: flat }];
    const axis = normalizeAxis(intOf(node, 'axis', 0), data!.shape.length);
    return [
      {
        dtype: data!.dtype,
        shape: [...data!.shape.slice(0, axis), ...index!.shape, ...data!.shape.slice(axis + 1)],
      },
    ];
  },
  SpaceToDepth: (node, [x]) => rearranged(node, x!, intOf(node, 'blocksize', 1)),
  DepthToSpace: (node, [x]) => rearranged(node, x!, 1 / intOf(node, 'blocksize', 1)),
  Resize: (node, inputs, { opset }) => [
    { dtype: inputs[0]!.dtype, shape: resizedAxes(node, inputs, opset).map(({ to }) => to) },
  ],
  Upsample: (node, inputs, { opset }) => [
    { dtype: inputs[0]!.dtype, shape: resizedAxes(node, inputs, opset).map(({ to }) => to) },
  ],
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
  BatchNormalization: (node, [x, ...perChannel]) => {
    for (const [i, name] of ['scale', 'bias', 'mean', 'variance'].entries()) {
      checkSide(node, name, perChannel[i], x!.shape.slice(1, 2));
    }
    return [{ dtype: x!.dtype, shape: x!.shape }];
  },
  LayerNormalization: (node, [x, scale, bias]) => {
    const axis = normalizeAxis(intOf(node, 'axis', -1), x!.shape.length);
    const last = x!.shape.slice(axis);
    for (const given of [scale, bias]) {
      if (given === undefined || sameShape(broadcastShapes(last, given.shape), last)) continue;
      throw new ModelError(
        `${describe(node)}: scale or bias [${given.shape.join(',')}] does not fit [${last.join(',')}]`,
      );
    }
    return [notAlongBatch(node, x!, axis)];
  },
  InstanceNormalization: (node, [x, scale, bias]) => {
    checkSide(node, 'scale', scale, x!.shape.slice(1, 2));
    checkSide(node, 'bias', bias, x!.shape.slice(1, 2));
    return [{ dtype: x!.dtype, shape: x!.shape }];
  },
  PRelu: (node, [x, slope]) => {
    if (!sameShape(broadcastShapes(x!.shape, slope!.shape), x!.shape))
      throw new ModelError(`${describe(node)}: slope [${slope!.shape.join(',')}] does not fit its input`);
    return [{ dtype: x!.dtype, shape: x!.shape }];
  },
  Softmax: alongAxis,
  LogSoftmax: alongAxis,
  LpNormalization: alongAxis,
  Dropout: (_node, [x]) => [
    { dtype: x!.dtype, shape: x!.shape },
    { dtype: 'bool', shape: x!.shape },
  ],
};

const SAME_SHAPE =
  'Relu Clip LeakyRelu PRelu Elu Selu Celu Sigmoid Tanh HardSwish HardSigmoid Softplus Softsign Mish Gelu Erf Sqrt Exp Log Neg Abs Sign Floor Ceil Reciprocal Identity LRN InstanceNormalization GroupNormalization Not';
const ELEMENTWISE = 'Add Sub Mul Div Pow Sum Min Max Mean Mod';
const COMPARISONS = 'Equal Greater Less GreaterOrEqual LessOrEqual And Or';

function ruleOf(op: string): Infer | undefined {
  if (SAME_SHAPE.split(' ').includes(op)) return same;
  if (ELEMENTWISE.split(' ').includes(op)) return elementwise;
  if (COMPARISONS.split(' ').includes(op)) return comparison;
  return Object.hasOwn(INFER, op) ? INFER[op] : undefined;
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

function inferNode(node: Node, inputs: readonly (Info | undefined)[], batch: Batch): Info[] {
  checkNode(node, inputs);
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
