import { ConfigError, ModelError } from '../../base/errors.js';
import type { Size } from '../../base/size.js';
import type { OutputName } from '../../eval/experiment.js';
import { outputsAtSource } from '../../graph/outputs-at-source.js';
import type { ScoreChoice } from '../../graph/prepared-network.js';
import { renamed, withRoom } from '../../graph/renamed.js';
import type { Score } from '../../graph/scores/score.js';
import { separateWeights } from '../../graph/separate-weights.js';
import type { InputSpec } from '../../images/preprocess.js';
import { isMultiPass } from '../../methods/method.js';
import { methodNamed } from '../../methods/registry.js';
import type { Graph } from '../../onnx/graph.js';
import { readModel } from '../../onnx/read.js';
import { compile, GIVEN_CLASS_IDS, naming, prepareNamed } from '../compile.js';
import { notesOf } from '../prepared.js';
import { withCheckedIds } from './checked-ids.js';
import { PICTURE, withPixelsInside } from './embedded-pixels.js';
import { mapsAtSize } from './maps-at-input.js';

/** Names of a compiled file's inputs and outputs; a map has the name of its method. */
export const NAMES = {
  input: 'input',
  picture: 'image',
  given: 'given',
  scores: 'scores',
  classes: 'classes',
} as const;

export interface ExplainedNetworkOptions {
  /** Path of the ONNX file. */
  readonly model: string;
  /** Input size in pixels; may be left out when the model fixes it. */
  readonly input?: Size | undefined;
  readonly choice: ScoreChoice;
  /** Names, each once. */
  readonly methods: readonly string[];
  /** For methods that read a layer and have no default of their own. */
  readonly layer?: string | undefined;
  /** The user named that layer, not the network's card. */
  readonly layerAsked: boolean;
  /** How many classes the graph chooses for each picture; all when the network has fewer, unless `topAsked`. */
  readonly top: number;
  readonly topAsked: boolean;
  /** How many class ids are an input, for each picture. */
  readonly given: number;
  /** Maps of a layer are enlarged to the input's size. */
  readonly atInput: boolean;
  /** Weights that two operators read in different ways are written twice. */
  readonly portable: boolean;
  /** The preprocessing that the file is to do itself. */
  readonly pixels?: ((channels: 1 | 3) => InputSpec) | undefined;
}

/** A network with its explanations, as it goes into a file of its own. */
export interface ExplainedNetwork {
  readonly graph: Graph;
  /** What was explained. */
  readonly score: Score;
  /** Name that the network gave its input. */
  readonly networkInput: string;
  /** [channels, height, width] of one picture. */
  readonly inputShape: readonly number[];
  readonly classCount: number;
  /** Classes that the graph chooses, and those that are given. */
  readonly top: number;
  readonly given: number;
  /** One for each method: where its map is read, and how large it is there. */
  readonly outputs: readonly OutputName[];
  /** What the file calls a layer of the network; undefined where it does not have that value. */
  readonly nameInside: (layer: string) => string | undefined;
  /** Whether pictures come in batches of any size. */
  readonly anyBatch: boolean;
  /** Sentences for the user: what was guessed of the model, and what a map may not show. */
  readonly notes: readonly string[];
}

/**
 * Compiles a network with its explanations for other runtimes: names that speak, no weight that runtimes read wrongly, and on
 * request the preprocessing before and the enlarging behind.
 * @throws ModelError, ConfigError
 */
export async function explainedNetwork(options: ExplainedNetworkOptions): Promise<ExplainedNetwork> {
  const { model, input, choice, methods, layer, given } = options;
  const network = prepareNamed(model, await readModel(model), input, choice);
  return naming(model, () => {
    refuseTwice(methods);
    refuseUnreadLayer(methods, layer);
    const top = topOf(options, network.classCount);
    const requests = methods.map((method) => ({ method }));
    const compiled = compile(network, {
      requests,
      k: top + given,
      classes: given === 0 ? 'top' : top === 0 ? 'given' : 'both',
      top,
      ...(layer === undefined ? {} : { layer }),
    });
    const [channels = 3, height = 0, width = 0] = network.inputShape;
    const { graph: explained } = compiled;
    const checked = given === 0 ? explained : withCheckedIds(explained, GIVEN_CLASS_IDS, network.classCount);
    const batched = network.anyBatch ? checked : forOnePicture(checked);
    const separate = options.portable ? separateWeights(batched) : batched;
    const maps = compiled.outputs.map((_, i) => `map_${i}`);
    const sized = options.atInput ? mapsAtSize(separate, maps, { height, width }) : separate;
    const whole =
      options.pixels === undefined ? sized : withPixelsInside(sized, options.pixels(channels as 1 | 3));
    const names = publicNames(whole, network.input, methods);
    const graph = outputsAtSource(renamed(whole, names));
    const made = new Set(graph.nodes.flatMap((node) => node.outputs));
    const all = withRoom(whole, names);
    return {
      graph,
      score: network.score,
      networkInput: network.input,
      inputShape: [channels, height, width],
      classCount: network.classCount,
      top,
      given,
      outputs: compiled.outputs,
      nameInside: (layer) => {
        const value = network.names.get(layer) ?? layer;
        const name = all.get(value) ?? value;
        return made.has(name) ? name : undefined;
      },
      anyBatch: network.anyBatch,
      notes: [
        ...notesOf(network, compiled, { requests }),
        ...(options.layerAsked ? ownLayerNotes(compiled.outputs) : []),
        ...(network.anyBatch ? [] : [ONE_PICTURE]),
      ],
    };
  });
}

function topOf({ top, topAsked }: ExplainedNetworkOptions, classCount: number): number {
  if (top <= classCount) return top;
  if (!topAsked) return classCount;
  throw new ModelError(`--top ${top}: the network has ${classCount} classes; give at most ${classCount}`);
}

const ONE_PICTURE =
  'the network was exported for one picture and holds to that inside: so does the compiled file (export it with an open batch for more)';

/** Whether a layer that is named for all methods counts for this one. @throws ConfigError for an unknown name */
export function readsCommonLayer(name: string): boolean {
  const method = methodNamed(name);
  return method.reads === 'layer' && (isMultiPass(method) || method.defaultLayer === undefined);
}

function ownLayerNotes(outputs: readonly OutputName[]): readonly string[] {
  return outputs
    .filter(({ method, layer }) => layer !== 'input' && !readsCommonLayer(method))
    .map(
      ({ method, layer }) => `${method} reads \`${layer}\`, its own default: --layer does not count for it`,
    );
}

/** A map has the name of its method, and names in a file are unique. */
function refuseTwice(methods: readonly string[]): void {
  const twice = methods.find((name, i) => methods.indexOf(name) !== i);
  if (twice !== undefined) throw new ConfigError(`methods: ${twice} is there twice; name each once`);
}

/**
 * A layer that no method would read was meant for something.
 * @param option what the user calls it
 * @throws ModelError, ConfigError for an unknown method
 */
export function refuseUnreadLayer(
  methods: readonly string[],
  layer: string | undefined,
  option = '--layer',
): void {
  if (layer === undefined || methods.some(readsCommonLayer)) return;
  throw new ModelError(`${option} ${layer}: ${methods.join(', ')} does not read it; leave it out`);
}

/** The outputs come in the order scores, classes, maps. */
function publicNames({ inputs, outputs }: Graph, networkInput: string, methods: readonly string[]) {
  const [scores, classes, ...maps] = outputs;
  const names = new Map([
    [networkInput, NAMES.input as string],
    [PICTURE, NAMES.picture],
    [GIVEN_CLASS_IDS, NAMES.given],
    [scores!.name, NAMES.scores],
    [classes!.name, NAMES.classes],
    ...maps.map(({ name }, i) => [name, methods[i]!] as const),
  ]);
  // Behind an embedded preprocessing, what the network takes is no input any more.
  if (inputs.some(({ name }) => name === PICTURE)) names.delete(networkInput);
  return names;
}

/** The network holds to one picture inside: its file says so. */
function forOnePicture(graph: Graph): Graph {
  const one = <T extends Graph['inputs']>(infos: T) =>
    infos.map((info) => ({ ...info, shape: [1, ...info.shape.slice(1)] }));
  return {
    ...graph,
    inputs: one(graph.inputs),
    outputs: one(graph.outputs),
    values: one(graph.values ?? []),
  };
}
