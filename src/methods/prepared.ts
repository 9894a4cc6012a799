import type { Graph } from '../graph/graph.js';
import { prepareAnySize } from '../graph/network.js';
import { readModel } from '../onnx/read.js';
import { compile, compileMethod, type Keep, naming, prepareNamed } from './compile.js';
import type { ExplainerOptions } from './create-explainer.js';
import type { ExplanationOutput } from './explainer.js';
import type { ImageShape, MultiPassMethod } from './method.js';
import { randomized } from './randomize.js';
import { signedGradient } from './signed-gradient.js';

export type ProbeKind = MultiPassMethod['probe'];

/** All that is compiled of a model for an explainer: what sessions are made of, and nothing of the model beside it. */
export interface Prepared {
  /** Name of the graphs' input of images. */
  readonly input: string;
  readonly inputShape: ImageShape;
  readonly classCount: number;
  /** What the maps of the graph `main` are. */
  readonly outputs: readonly ExplanationOutput[];
  readonly graphs: { readonly main: Graph } & Readonly<Partial<Record<ProbeKind, Graph>>>;
}

/** Where a graph's large constants go while it is compiled. */
export interface Keeper {
  readonly keep: Keep | undefined;
  readonly keepAll: (graph: Graph) => Graph;
}

/**
 * Reads a model and compiles it with its explanations.
 * @param probes graphs for methods of many passes
 * @throws ModelError, ConfigError
 */
export async function prepareAll(
  { model, input, madeFor, randomize, ...options }: ExplainerOptions,
  probes: ReadonlySet<ProbeKind>,
  { keep, keepAll }: Keeper,
): Promise<Prepared> {
  const graph = await readModel(model);
  const drawn = randomize === undefined ? graph : naming(model, () => randomized(graph, randomize));
  const network =
    madeFor === undefined
      ? prepareNamed(model, drawn, input)
      : naming(model, () => prepareAnySize(drawn, madeFor, input ?? madeFor));
  const { k } = options;
  const main = naming(model, () => compile(network, options, keep));
  const compiled = {
    scores: () => compile(network, { requests: [], k, classes: 'given' }, keep),
    gradients: () => compileMethod(network, signedGradient, k, keep),
  };
  const further = [...probes].map((kind) => [kind, keepAll(compiled[kind]().graph)] as const);
  return {
    input: network.input,
    inputShape: network.inputShape as ImageShape,
    classCount: network.classCount,
    outputs: main.outputs,
    graphs: { main: keepAll(main.graph), ...Object.fromEntries(further) },
  };
}
