import { ModelError } from '../errors.js';
import { foldBatchNorms } from './fold-batch-norm.js';
import { fullyConvolutional } from './fully-convolutional.js';
import type { Constant, Graph, Node } from './graph.js';
import { inferShapes } from './infer.js';
import { channelsFirst } from './layout.js';
import { LOWERED_OPSET, lower } from './lower.js';
import type { Info } from './parameters.js';
import { cutSoftmax } from './softmax.js';
import type { ValueType } from './value-type.js';

/**
 * A classifier made ready for the backward walk: opset 17, few operator forms, no shape arithmetic, every shape
 * known but for the batch, batch normalisation folded, the final softmax cut off.
 */
export interface Network {
  readonly graph: Graph;
  readonly input: string;
  /** Shape of one image, without the batch: [3, height, width]. */
  readonly inputShape: readonly number[];
  /** Name of the scores before softmax, [N, classCount]. */
  readonly logits: string;
  readonly classCount: number;
  readonly types: ReadonlyMap<string, ValueType>;
  /** Names that the model gives to a value (value names, names of its node) and the prepared graph's own. */
  readonly names: ReadonlyMap<string, string>;
  /** Of a network made fully convolutional, the map that was flattened: behind it are scores at positions, no features. */
  readonly head?: string;
}

export interface InputSize {
  readonly height: number;
  readonly width: number;
}

/** Two batch sizes: a dimension that follows them is the batch, whatever arithmetic the exporter wrote. */
const PROBES = [2, 3] as const;

/**
 * Prepares an image classifier for explanation.
 * @param size input size in pixels; needed where the model leaves it open, must agree where it does not
 * @throws ModelError when the model is not an image classifier or uses an operator that is not supported
 */
export function prepare(graph: Graph, size?: InputSize): Network {
  const first = channelsFirst(graph);
  const { inputShape, exported } = inputOf(first, size);
  return prepareFor(first, inputShape, exported);
}

/**
 * Prepares a classifier of anything.
 * @param inputShape shape of one example, without the batch axis
 * @param exported the batch size written into the model, when it was exported with a fixed one
 * @throws ModelError
 */
export function prepareFor(graph: Graph, inputShape: readonly number[], exported?: number): Network {
  const name = graph.inputs[0]?.name;
  if (name === undefined) throw new ModelError('the model has no input; an image classifier has one');
  const [first, second] = PROBES.map((batch) => inferShapes(graph, [batch, ...inputShape], exported)) as [
    ReadonlyMap<string, Info>,
    ReadonlyMap<string, Info>,
  ];
  const types = typesOf(first, second);
  const lowered = lower(graph, first, types);
  const scored = cutSoftmax(lowered);
  const folded = foldBatchNorms(scored.nodes, scored.constants, scored.logits);
  const live = withoutDead(folded.nodes, folded.constants, [scored.logits]);
  const values = new Set([name, ...live.nodes.flatMap(({ outputs }) => outputs)]);
  return {
    graph: {
      name: graph.name,
      opset: LOWERED_OPSET,
      inputs: [{ name, dtype: 'float32', shape: ['N', ...inputShape] }],
      outputs: [{ name: scored.logits, dtype: 'float32', shape: ['N', scored.classCount] }],
      ...live,
    },
    input: name,
    inputShape,
    logits: scored.logits,
    classCount: scored.classCount,
    types: scored.types,
    // A convolution's own output is gone once its batch normalisation is folded into it.
    names: new Map([...lowered.names].filter(([, value]) => values.has(value))),
  };
}

/**
 * The same for images of any size, whatever the model was exported for: a network that ends in fully connected layers is
 * made fully convolutional (fully-convolutional.ts), its score the mean over the positions.
 * @param nominal the size that its fully connected layers were made for
 * @throws ModelError when the network fits one size only
 */
export function prepareAnySize(graph: Graph, nominal: InputSize, size: InputSize): Network {
  const opened = openSize(channelsFirst(graph));
  const base = prepare(opened, nominal);
  const convolutional = fullyConvolutional(base);
  if (convolutional === undefined) return prepare(opened, size);
  const network = prepare(openSize(convolutional.graph), size);
  const names = [...base.names].filter(([, value]) => network.types.has(value));
  return { ...network, names: new Map([...names, ...network.names]), head: convolutional.head };
}

function openSize(graph: Graph): Graph {
  const [input, ...others] = graph.inputs;
  if (input?.shape.length !== 4) return graph;
  const [batch, channels] = input.shape;
  return { ...graph, inputs: [{ ...input, shape: [batch!, channels!, 'height', 'width'] }, ...others] };
}

function inputOf(graph: Graph, size: InputSize | undefined) {
  const input = graph.inputs[0];
  if (graph.inputs.length !== 1 || input === undefined) {
    throw new ModelError(
      `the model has ${graph.inputs.length} inputs (${graph.inputs.map(({ name }) => name).join(', ')}); an image classifier has one`,
    );
  }
  const [batch, channels, height, width] = input.shape;
  if (
    input.shape.length !== 4 ||
    input.dtype !== 'float32' ||
    (typeof channels === 'number' && channels !== 3)
  ) {
    throw new ModelError(
      `the model's input \`${input.name}\` is ${input.dtype} [${input.shape.join(',')}]; expected float32 [N,3,height,width]`,
    );
  }
  const resolve = (declared: number | string | undefined, wanted: number | undefined, what: string) => {
    if (typeof declared === 'number' && wanted !== undefined && declared !== wanted) {
      throw new ModelError(
        `the model's input ${what} is ${declared}, ${wanted} is asked for: set input.size (--size of bench explain)`,
      );
    }
    const value = typeof declared === 'number' ? declared : wanted;
    if (value === undefined)
      throw new ModelError(`the model leaves its input ${what} open: give it as input.size`);
    return value;
  };
  const inputShape = [
    3,
    resolve(height, size?.height, 'height'),
    resolve(width, size?.width, 'width'),
  ] as const;
  return { inputShape, exported: typeof batch === 'number' ? batch : undefined };
}

/** Merges what two batch sizes taught: a leading dimension that follows them is the batch. */
function typesOf(
  first: ReadonlyMap<string, Info>,
  second: ReadonlyMap<string, Info>,
): Map<string, ValueType> {
  const types = new Map<string, ValueType>();
  for (const [name, a] of first) {
    const b = second.get(name);
    if (b === undefined || a.shape.length !== b.shape.length) continue;
    const follows = a.shape[0] === PROBES[0] && b.shape[0] === PROBES[1];
    const rest = (follows ? 1 : 0) as 0 | 1;
    // A number that follows the batch size is known for neither.
    if (a.known !== undefined && b.known !== undefined && !sameNumbers(a.known, b.known)) continue;
    // Values whose other dimensions follow the batch too have no type here; a rule that meets one says so.
    if (a.shape.slice(rest).some((dim, axis) => dim !== b.shape[axis + rest])) continue;
    types.set(name, { dtype: a.dtype, batched: follows, dims: a.shape.slice(rest) });
  }
  return types;
}

function sameNumbers(a: Constant, b: Constant): boolean {
  if (a === b) return true;
  // `data` of a model's weights is read from the file each time it is asked for.
  const [one, other] = [a.data, b.data];
  return one === other || one.every((value, i) => value === other[i]);
}

/** Keeps the nodes and constants that the wanted values depend on. */
export function withoutDead(
  nodes: readonly Node[],
  constants: Graph['constants'],
  wanted: readonly string[],
): Pick<Graph, 'nodes' | 'constants'> {
  const live = new Set(wanted);
  const kept: Node[] = [];
  for (const node of [...nodes].reverse()) {
    if (!node.outputs.some((output) => live.has(output))) continue;
    for (const input of node.inputs) live.add(input);
    kept.push(node);
  }
  return { nodes: kept.reverse(), constants: new Map([...constants].filter(([name]) => live.has(name))) };
}
