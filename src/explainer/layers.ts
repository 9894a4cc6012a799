import { BenchError, ModelError } from '../base/errors.js';
import type { Size } from '../base/size.js';
import { GraphBuilder } from '../graph/builder.js';
import { firstConvolutionNote, isFirstConvolution, type Layer, layersOf } from '../graph/layers.js';
import type { Network, ScoreChoice } from '../graph/prepared-network.js';
import type { Score } from '../graph/scores/score.js';
import { isMultiPass } from '../methods/method.js';
import { activations } from '../methods/readings/activations.js';
import { inputGradient } from '../methods/readings/input-gradient.js';
import { methods } from '../methods/registry.js';
import { readModel } from '../onnx/read.js';
import { compile, prepareNamed } from './compile.js';
import { createExplainer } from './create-explainer.js';

/** A layer, and which methods read it when none is named. */
export interface ListedLayer extends Layer {
  /** Methods that have a default of their own, whatever `model.layer` says. */
  readonly defaultOf: readonly string[];
}

/** What can be done with a model. */
export interface ModelReport {
  readonly score: Score;
  /** Sentences about the score and the default layer, where something is guessed or little can be shown. */
  readonly notes: readonly string[];
  /** In the network's order. */
  readonly layers: readonly ListedLayer[];
  /** Names of the methods that run on it. */
  readonly methods: readonly string[];
  /** The other methods, and why not. */
  readonly refused: readonly { readonly method: string; readonly why: string }[];
}

/**
 * Prepares a model, compiles it with every method, and runs what compiles on a black image: what is reported to work does.
 * @throws ModelError when the model is no classifier that can be explained by any method
 */
export async function reportModel(
  model: string,
  input?: Size,
  choice: ScoreChoice = {},
): Promise<ModelReport> {
  const network = prepareNamed(model, await readModel(model), input, choice);
  const refused: { method: string; why: string }[] = [];
  const reasons = new Map([...methods.keys()].map((name) => [name, compiles(network, name)] as const));
  const compiled = [...methods.keys()].filter((name) => reasons.get(name) === undefined);
  // All in one graph at first: only where an engine does not take that, one after the other.
  const together = compiled.length > 0 && (await runs(model, compiled, input, choice)) === undefined;
  const working: string[] = [];
  for (const [method, reason] of reasons) {
    const why = reason ?? (together ? undefined : await runs(model, [method], input, choice));
    if (why === undefined) working.push(method);
    else refused.push({ method, why });
  }
  if (working.length === 0) throw new ModelError(`${model}: no method works on it: ${refused[0]!.why}`);
  const layers = layersOf(network);
  const common = layers.find(({ isDefault }) => isDefault);
  return {
    score: network.score,
    notes: [
      ...(network.score.note === undefined ? [] : [network.score.note]),
      ...(common && isFirstConvolution(network, common.name) ? [firstConvolutionNote(common.name)] : []),
    ],
    layers: withDefaults(network, layers),
    methods: working,
    refused,
  };
}

/** Why a method cannot be compiled for a network; undefined when it can. */
function compiles(network: Network, name: string): string | undefined {
  const method = methods.get(name)!;
  try {
    const requests = isMultiPass(method) ? [] : [{ method: name }];
    const read = [
      ...(isMultiPass(method) && method.probe === 'gradients' ? [inputGradient] : []),
      ...(isMultiPass(method) && method.reads === 'layer' ? [activations] : []),
    ];
    const readings = read.map(({ name: reading }) => ({ reading }));
    compile(network, { requests, readings, k: 1, classes: 'top' });
    return undefined;
  } catch (error) {
    if (error instanceof ModelError) return error.message;
    throw error;
  }
}

/** Runs the methods once; those of many passes only as far as their graphs are loaded. */
async function runs(
  model: string,
  names: readonly string[],
  input: Size | undefined,
  choice: ScoreChoice,
): Promise<string | undefined> {
  try {
    const once = names.filter((name) => !isMultiPass(methods.get(name)!));
    const explainer = await createExplainer({
      model,
      choice,
      requests: once.map((method) => ({ method })),
      k: 1,
      classes: 'top',
      ...(input === undefined ? {} : { input }),
    });
    try {
      const [channels, height, width] = explainer.inputShape;
      await explainer.ask({ kind: 'pass', images: new Float32Array(channels * height * width), n: 1 });
    } finally {
      await explainer.close();
    }
    return undefined;
  } catch (error) {
    if (error instanceof BenchError) return error.message.replace(`${model}: `, '');
    throw error;
  }
}

function withDefaults(network: Network, layers: readonly Layer[]): readonly ListedLayer[] {
  const b = new GraphBuilder(network, 1);
  const own = new Map<string, string[]>();
  for (const method of methods.values()) {
    if (isMultiPass(method) || method.defaultLayer === undefined) continue;
    try {
      const layer = method.defaultLayer(b);
      own.set(layer, [...(own.get(layer) ?? []), method.name]);
    } catch (error) {
      // It is listed below, with the reason.
      if (!(error instanceof ModelError)) throw error;
    }
  }
  return layers.map((layer) => ({ ...layer, defaultOf: own.get(layer.name) ?? [] }));
}
