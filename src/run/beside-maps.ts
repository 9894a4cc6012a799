import { stringify } from 'yaml';
import type { BenchConfig, NetworkConfig } from '../config/schema.js';
import { distinctWords } from '../eval/file-word.js';
import type { MapsCard } from '../maps/card.js';
import type { CompiledNetwork } from './data-classes.js';
import type { RunInput } from './run-input.js';

/* What lies beside written maps: the folder of each method, what the folder says of itself, and the configuration that judges it. */

/** The subfolder of each output; those that differ in their box rule alone share one. */
export function methodFolders({ methods }: NetworkConfig): readonly string[] {
  const keys = methods.map(({ name, layer, contrast }) => JSON.stringify([name, layer, contrast]));
  const unique = [...new Set(keys)];
  const words = distinctWords(unique.map((key) => methods[keys.indexOf(key)]!.name));
  return keys.map((key) => words[unique.indexOf(key)]!);
}

/** The outputs of which each has a folder of its own: the first of those that share it. */
export const firstOnes = (folders: readonly string[]) =>
  folders.flatMap((folder, i) => (folders.indexOf(folder) === i ? [{ folder, output: i }] : []));

/** What a folder of written maps says of itself. */
export function cardOf(
  { identity, loaded, experiment }: RunInput,
  index: number,
  compiled: CompiledNetwork,
): MapsCard {
  const network = loaded.config.networks[index]!;
  const { name, model } = network;
  const { outputs, score } = compiled.explainer;
  const { size, ...input } = model.input;
  return {
    ...{ format: 1, network: name, frame: 'input', input: { ...input, size: [size.height, size.width] } },
    ...(model.paper === undefined ? {} : { paper: model.paper }),
    score: score.text,
    methods: firstOnes(methodFolders(network)).map(({ folder, output }) => {
      const { method, layer } = outputs[output]!;
      return { name: method, layer, folder };
    }),
    made: {
      ...{ program: identity.program, model: identity.models[index], data: identity.data },
      ...{ layer: model.layer, output: model.output, top: experiment.needs.top },
      experiment: loaded.config.experiment.name,
    },
  };
}

/** The configuration with its networks' maps in the place of the networks. */
export function judgeConfig(
  { experiment, dataset, localization, bootstrap, networks }: BenchConfig,
  compiled: readonly CompiledNetwork[],
  words: readonly string[],
): string {
  const judged = networks.map((network: NetworkConfig, n) => {
    const { name, methods, model } = network;
    const { outputs } = compiled[n]!.explainer;
    const folders = methodFolders(network);
    return {
      name,
      // A class that the mapping gives none of the network's has no map, and counts nowhere.
      maps: { folder: words[n]!, ...(model.mapping === undefined ? {} : { partial: true }) },
      methods: outputs.map(({ method, layer }, i) => {
        const { box } = methods[i]!;
        return {
          ...{ name: method, folder: folders[i]! },
          ...(layer === '' ? {} : { layer }),
          ...(box === undefined ? {} : { box }),
        };
      }),
    };
  });
  const head =
    '# Written by bench maps: judges the maps beside it as the run that they are from. bench run judge.yaml\n';
  return head + stringify({ experiment, dataset, localization, bootstrap, networks: judged });
}
