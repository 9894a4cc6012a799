import { ModelError } from '../base/errors.js';
import {
  type Attribute,
  type Constant,
  describe,
  floatOf,
  type Graph,
  intOf,
  intsOf,
  type Node,
  numbersOf,
  stringOf,
} from '../onnx/graph.js';
import { int64 } from './constants.js';
import { withoutFlatGathers } from './flat-gather.js';
import { activationLowerings } from './lower-activations.js';
import { indexingLowerings } from './lower-indexing.js';
import { normalizationLowerings } from './lower-normalizations.js';
import { reductionLowerings } from './lower-reductions.js';
import { float, int, ints, type Lower, scalar } from './lowering.js';
import { padsOf, splitSizes } from './parameters.js';
import type { Probed } from './probe.js';
import { RepeatedRows } from './repeated-rows.js';
import { normalizeAxis, sameShape } from './shapes.js';
import type { ValueType } from './value-type.js';
import { type Windows, windowsOf } from './windows.js';

/** The opset that every graph is brought to: the newest in which reductions still take their axes as attributes. */
export const LOWERED_OPSET = 17;

export interface Lowered {
  readonly nodes: readonly Node[];
  readonly constants: ReadonlyMap<string, Constant>;
  /** The model's names (of values, and of nodes for their first output) → the name here. */
  readonly names: ReadonlyMap<string, string>;
  readonly outputs: readonly string[];
  /** The given types, and those of values that lowering made. */
  readonly types: ReadonlyMap<string, ValueType>;
}

/** Every operator that only gives the same numbers another shape becomes one Reshape with a fixed target. */
const toReshape: Lower = ({ node, type, constant, emit, alias }) => {
  const from = type(node.inputs[0]!);
  const to = type(node.outputs[0]!);
  if (from.batched === to.batched && sameShape(from.dims, to.dims)) return alias();
  const target = to.batched ? [-1, ...to.dims] : [...to.dims];
  emit({ op: 'Reshape', inputs: [node.inputs[0]!, constant('shape', int64(target))], attributes: {} });
};

const LOWER: Readonly<Record<string, Lower>> = {
  ...activationLowerings,
  ...reductionLowerings,
  ...indexingLowerings,
  ...normalizationLowerings,
  Identity: ({ alias }) => alias(),
  Dropout: ({ alias }) => alias(),
  Cast: ({ node, type, emit, alias }) =>
    type(node.inputs[0]!).dtype === type(node.outputs[0]!).dtype ? alias() : emit({}),
  Flatten: toReshape,
  Reshape: toReshape,
  Squeeze: toReshape,
  Unsqueeze: toReshape,
  Conv: ({ node, inputs, emit }) => {
    const windows = windowsOf(node, inputs[0]!.shape.slice(2), inputs[1]!.shape.slice(2));
    emit({
      attributes: {
        kernel_shape: ints(windows.kernel),
        strides: ints(windows.strides),
        dilations: ints(windows.dilations),
        pads: ints([...windows.padBegin, ...windows.padEnd]),
        group: int(intOf(node, 'group', 1)),
      },
    });
  },
  MaxPool: ({ node, inputs, emit }) => {
    const windows = windowsOf(node, inputs[0]!.shape.slice(2), intsOf(node, 'kernel_shape') ?? []);
    if (node.outputs.length > 1 && node.outputs[1] !== '') {
      throw new ModelError(`${describe(node)}: its second output (indices) is not supported`);
    }
    emit({
      attributes: {
        kernel_shape: ints(windows.kernel),
        strides: ints(windows.strides),
        dilations: ints(windows.dilations),
        pads: ints([...windows.padBegin, ...windows.padEnd]),
      },
    });
  },
  AveragePool: ({ node, inputs, constant, emit, intermediate }) => {
    const windows = windowsOf(node, inputs[0]!.shape.slice(2), intsOf(node, 'kernel_shape') ?? []);
    if (windows.dilations.some((dilation) => dilation !== 1)) {
      throw new ModelError(`${describe(node)}: a dilated average pool is not supported`);
    }
    const include =
      intOf(node, 'count_include_pad', 0) === 1 && [...windows.padBegin, ...windows.padEnd].some(Boolean);
    const attributes = {
      kernel_shape: ints(windows.kernel),
      strides: ints(windows.strides),
      pads: ints([...windows.padBegin, ...windows.padEnd]),
      count_include_pad: int(include ? 1 : 0),
    };
    if (!include || windows.ceilExtra.every((extra) => extra === 0)) return emit({ attributes });
    // What ceil_mode adds at the end is never counted, the model's own pads are: divide by the window's full size,
    // then correct each position.
    const mean = intermediate();
    emit({ outputs: [mean], attributes });
    const correction = constant('correction', overhangCorrection(windows, inputs[0]!.shape.slice(2)));
    emit({ op: 'Mul', inputs: [mean, correction], attributes: {} });
  },
  BatchNormalization: ({ node, emit }) => {
    if (intOf(node, 'training_mode', 0) === 1 || intOf(node, 'spatial', 1) === 0) {
      throw new ModelError(
        `${describe(node)}: exported in training mode or per activation; export the model for inference`,
      );
    }
    emit({
      outputs: node.outputs.slice(0, 1),
      attributes: { epsilon: float(floatOf(node, 'epsilon', 1e-5)) },
    });
  },
  Clip: ({ node, inputs, constant, emit, alias }) => {
    const bound = (position: number, name: 'min' | 'max') => {
      if (node.attributes[name] !== undefined) return constant(name, scalar(floatOf(node, name, 0)));
      if (inputs[position] === undefined) return '';
      if (inputs[position].known === undefined) {
        throw new ModelError(
          `${describe(node)}: its ${name} is computed from the image, which is not supported`,
        );
      }
      return constant(name, scalar(numbersOf(inputs[position].known)[0]!));
    };
    const bounds = [bound(1, 'min'), bound(2, 'max')];
    if (bounds.every((name) => name === '')) return alias();
    emit({ inputs: [node.inputs[0]!, ...bounds], attributes: {} });
  },
  Concat: ({ node, inputs, emit }) =>
    emit({ attributes: { axis: int(normalizeAxis(intOf(node, 'axis', 1), inputs[0]!.shape.length)) } }),
  Transpose: ({ node, inputs, emit }) => {
    const rank = inputs[0]!.shape.length;
    const perm = intsOf(node, 'perm') ?? Array.from({ length: rank }, (_, axis) => rank - 1 - axis);
    emit({ attributes: { perm: ints(perm) } });
  },
  Pad: ({ node, inputs, constant, emit }) => {
    const value = inputs[2]?.known ? numbersOf(inputs[2].known)[0]! : floatOf(node, 'value', 0);
    const mode: Attribute = { type: 'string', value: stringOf(node, 'mode', 'constant') };
    const pads = constant('pads', int64(padsOf(node, inputs)));
    emit({ inputs: [node.inputs[0]!, pads, constant('value', scalar(value))], attributes: { mode } });
  },
  Split: ({ node, inputs, constant, emit }) => {
    const axis = normalizeAxis(intOf(node, 'axis', 0), inputs[0]!.shape.length);
    const sizes = constant('split', int64(splitSizes(node, inputs)));
    emit({ inputs: [node.inputs[0]!, sizes], attributes: { axis: int(axis) } });
  },
  Gemm: ({ node, inputs, emit }) => {
    for (const name of ['transA', 'transB']) {
      const value = intOf(node, name, 0);
      if (value !== 0 && value !== 1)
        throw new ModelError(
          `${describe(node)}: ${name} is ${value}, expected 0 or 1; export the model again`,
        );
    }
    // Gemm's C became optional with opset 11; an empty name there is the same as none.
    emit({ inputs: node.inputs.filter((_, position) => inputs[position] !== undefined) });
  },
};

/** [1, ...output]: the window's full size over the positions that count, those inside of the input and its own pads. */
function overhangCorrection(windows: Windows, input: readonly number[]): Constant {
  const perAxis = windows.output.map((size, axis) => {
    const [kernel, stride, begin] = [windows.kernel[axis]!, windows.strides[axis]!, windows.padBegin[axis]!];
    const end = input[axis]! + windows.padEnd[axis]! - windows.ceilExtra[axis]!;
    return Array.from(
      { length: size },
      (_, i) => kernel / (Math.min(end, i * stride - begin + kernel) - (i * stride - begin)),
    );
  });
  const values = perAxis.reduce<number[]>(
    (all, axis) => all.flatMap((value) => axis.map((own) => value * own)),
    [1],
  );
  return { dtype: 'float32', shape: [1, ...windows.output], data: Float32Array.from(values) };
}

/**
 * Brings a graph to the opset and the few operator forms that the backward rules know: explicit pads, constants
 * as inputs, one kind of reshape; removes what only passes its input on and what was computed at compile time.
 */
export function lower(graph: Graph, { infos, types, rows }: Probed): Lowered {
  const nodes: Node[] = [];
  const constants = new Map<string, Constant>();
  const allTypes = new Map(types);
  const taken = new Set<string>();
  const names = new Map<string, string>(graph.inputs.map(({ name }) => [name, name]));
  const resolve = (name: string) => names.get(name) ?? name;
  const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  // A row that is repeated for each image is no constant: what is known of it holds for one batch size.
  const infoOf = (name: string) => {
    const info = infos.get(name);
    return info !== undefined && rows.has(name) ? { dtype: info.dtype, shape: info.shape } : info;
  };
  const known = (name: string) => (types.get(name)?.batched === false ? infos.get(name)?.known : undefined);

  const repeated = new RepeatedRows(graph.inputs[0]!, { nodes, constants, types: allTypes });

  for (const node of withoutFlatGathers(graph, infos).nodes) {
    if (node.outputs.every((output) => output === '' || infos.get(output)?.known !== undefined)) continue;
    let serial = 0;
    const constant = (hint: string, value: Constant) => {
      const name = `${node.outputs[0]}/${hint}${serial++ || ''}`;
      constants.set(name, value);
      return name;
    };
    const emit = (change: Partial<Node>) => {
      const emitted = { ...node, ...change };
      const inputs = emitted.inputs.map(resolve);
      for (const input of inputs) {
        if (infos.get(input)?.known !== undefined && !types.has(input)) {
          throw new ModelError(
            `${describe(node)}: its input \`${input}\` depends on the batch size; export the model for batches of any size`,
          );
        }
        const row = rows.get(input);
        if (row !== undefined) repeated.add(input, row);
        const value = known(input);
        if (value !== undefined && !constants.has(input)) constants.set(input, value);
      }
      // onnxruntime wants every node's name to be its own, exporters do not care.
      let name = node.name === '' ? emitted.outputs[0]! : node.name;
      while (taken.has(name)) name += '_';
      taken.add(name);
      nodes.push({ ...emitted, name, inputs });
    };
    const type = (name: string) => typeIn(types, node, name);
    const intermediate = (own?: ValueType) => {
      const name = `${node.outputs[0]}/before${serial++ || ''}`;
      allTypes.set(name, own ?? type(node.outputs[0]!));
      return name;
    };
    const alias = () => void names.set(node.outputs[0]!, resolve(node.inputs[0]!));
    for (const output of node.outputs) if (output !== '') names.set(output, output);
    const inputs = node.inputs.map((name) => (name === '' ? undefined : infoOf(name)));
    (LOWER[node.op] ?? (({ emit: keep }) => keep({})))({
      node,
      inputs,
      opset: graph.opset,
      type,
      maker: (name) => makers.get(name),
      constant,
      emit,
      intermediate,
      alias,
    });
  }
  for (const node of graph.nodes) {
    const value = names.get(node.outputs[0] ?? '');
    if (node.name !== '' && value !== undefined && !names.has(node.name)) names.set(node.name, value);
  }
  return {
    nodes,
    constants,
    names,
    types: allTypes,
    outputs: graph.outputs.map(({ name }) => resolve(name)),
  };
}

function typeIn(types: ReadonlyMap<string, ValueType>, node: Node, name: string): ValueType {
  const type = types.get(name);
  if (type === undefined) {
    throw new ModelError(
      `${describe(node)}: the batch is not the first axis of \`${name}\`; export the model so that it stays there`,
    );
  }
  return type;
}
