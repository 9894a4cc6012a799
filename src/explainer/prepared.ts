import { defaultLayer, firstConvolutionNote, isFirstConvolution } from '../graph/layers.js';
import { prepareAnySize, scoresOnly } from '../graph/network.js';
import type { Network } from '../graph/prepared-network.js';
import type { Score } from '../graph/scores/score.js';
import type { ImageShape, MultiPassMethod } from '../methods/method.js';
import { inputGradient } from '../methods/readings/input-gradient.js';
import { methodsWithOwnLayer } from '../methods/registry.js';
import type { Graph } from '../onnx/graph.js';
import { readModel } from '../onnx/read.js';
import { type Compiled, compile, type Keep, naming, prepareNamed } from './compile.js';
import type { ExplainerOptions } from './options.js';
import { randomized } from './randomize.js';

export type ProbeKind = MultiPassMethod['probe'];

/** All that is compiled of a model for an explainer: what sessions are made of, and nothing of the model beside it. */
export interface Prepared {
  /** Name of the graphs' input of images. */
  readonly input: string;
  readonly inputShape: ImageShape;
  readonly classCount: number;
  readonly score: Score;
  /** Whether the graphs take batches of any size, or one image at a time. */
  readonly anyBatch: boolean;
  readonly notes: readonly string[];
  /** What the maps of the graph `main` are, and what else it gives. */
  readonly outputs: Compiled['outputs'];
  readonly readings: Compiled['readings'];
  readonly graphs: { readonly main: Graph } & Readonly<Partial<Record<ProbeKind, Graph>>>;
}

/** Where a graph's large constants go while it is compiled. */
interface Keeper {
  readonly keep: Keep | undefined;
  readonly keepAll: (graph: Graph) => Graph;
}

/**
 * Reads a model and compiles it with its explanations.
 * @param probes graphs for methods of many passes
 * @throws ModelError, ConfigError
 */
export async function prepareAll(
  { model, input, madeFor, randomize, choice, ...options }: ExplainerOptions,
  probes: ReadonlySet<ProbeKind>,
  { keep, keepAll }: Keeper,
): Promise<Prepared> {
  const read = await readModel(model);
  // Weights of a head that is not explained are no layers of the network.
  const graph = naming(model, () => scoresOnly(read, madeFor ?? input, choice));
  const source = randomize === undefined ? graph : naming(model, () => randomized(graph, randomize));
  const network =
    madeFor === undefined
      ? prepareNamed(model, source, input, choice)
      : naming(model, () => prepareAnySize(source, madeFor, input ?? madeFor, choice));
  const { k } = options;
  const main = naming(model, () => compile(network, options, keep));
  const further = [...probes].map((kind) => {
    const readings = kind === 'gradients' ? [{ reading: inputGradient.name }] : [];
    return [
      kind,
      keepAll(compile(network, { requests: [], readings, k, classes: 'given' }, keep).graph),
    ] as const;
  });
  return {
    input: network.input,
    inputShape: network.inputShape as ImageShape,
    classCount: network.classCount,
    score: network.score,
    anyBatch: network.anyBatch,
    notes: notesOf(network, main, options),
    outputs: main.outputs,
    readings: main.readings,
    graphs: { main: keepAll(main.graph), ...Object.fromEntries(further) },
  };
}

/** What the user should know of a network before looking at its maps. */
export function notesOf(
  network: Network,
  { outputs, readings }: Pick<Compiled, 'outputs' | 'readings'>,
  { requests, layer: common }: Pick<ExplainerOptions, 'requests' | 'layer'>,
): readonly string[] {
  const { note } = network.score;
  const notes = note === undefined ? [] : [note];
  requests.forEach(({ method, layer }, i) => {
    if (common === undefined || layer !== undefined || !methodsWithOwnLayer().includes(method)) return;
    const read = outputs[i]!.layer;
    if (read === network.names.get(common)) return;
    notes.push(
      `${method} reads \`${read}\`: model.layer and --layer do not count for it, its own \`layer\` does`,
    );
  });
  const first = [...outputs, ...readings].find(
    ({ layer }) => network.types.has(layer) && layer !== network.input && isFirstConvolution(network, layer),
  )?.layer;
  if (first === undefined || first !== defaultLayer(network)) return notes;
  return [...notes, firstConvolutionNote(first)];
}
