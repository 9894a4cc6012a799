import { join } from 'node:path';
import { ConfigError, DataError, messageOf } from '../base/errors.js';
import type { BenchConfig, NetworkConfig } from '../config/schema.js';
import type { Dataset } from '../datasets/dataset.js';
import type { Needs } from '../eval/experiment.js';
import type { ExplainerFacts } from '../explainer/explainer.js';
import { type ImageMaps, isMapped, NetworkMaps } from '../maps/network-maps.js';
import { oneToOne } from './class-mapping.js';
import type { CompiledNetwork } from './data-classes.js';

/** Files that are read before a run begins. Are all of them wrong, the run is refused with the fault of the first. */
const TRIED = 3;

/** The folders of a network's maps, one for each method. */
export function mapsFolders({ maps, methods }: Pick<NetworkConfig, 'maps' | 'methods'>): readonly string[] {
  return methods.map(({ folder = '.' }) => join(maps!.folder, folder));
}

/**
 * A network whose maps are in files, in the place of one that runs. A few of its files are read at once: what is refused is
 * refused before the first image.
 * @throws ConfigError, DataError: one line
 */
export async function openMapsNetwork(
  network: NetworkConfig,
  needs: Needs,
  { classes, ids }: Pick<Dataset, 'classes' | 'ids'>,
  { localization }: Pick<BenchConfig, 'localization'>,
): Promise<CompiledNetwork> {
  const { name, methods, model } = network;
  const { folder, frame, partial } = network.maps!;
  const source = await NetworkMaps.open(mapsFolders(network), folder, ids, classes);
  const [first] = ids.filter((id) => source.has(id));
  if (first === undefined) {
    throw new ConfigError(
      `network \`${name}\`: ${folder}: no maps of any of the ${ids.length} images; expected files such as ${ids[0]}.npz`,
    );
  }
  const tried = await firstOf(source, ids);
  const mapped = tried.classes.slice(0, needs.top).filter(isMapped).length;
  const unfit = unfitFor(needs, tried);
  if (unfit !== undefined) throw new ConfigError(`network \`${name}\`: ${folder}: ${unfit}`);
  const sizes = methods.map((_, i) => tried.classes.find(({ maps }) => maps[i] !== undefined)?.maps[i]);
  const outputs = methods.map(({ name: method, layer = '' }, i) => {
    const { width = 1, height = 1 } = sizes[i] ?? {};
    return { method, layer, width, height };
  });
  const { size, resize } = model.input;
  const covers =
    frame === 'image' ? 'the whole image' : `the network's input (${resize}, ${size.height}x${size.width})`;
  const shown = [...new Set(outputs.map(({ width, height }) => `${height}x${width}`))].join(', ');
  const notes = [
    `maps of ${shown} as .${source.folders[0]!.kind}, over ${covers}; enlarged or reduced as our own are: ${localization.upsampling}, half-pixel centres`,
    ...(mapped < needs.top
      ? [`maps of ${mapped} classes an image: of ${needs.top} guesses the others are wrong`]
      : []),
  ];
  const facts: ExplainerFacts = {
    device: 'maps from files',
    classCount: classes.length,
    score: { kind: 'output', output: '', probability: [], single: false, text: 'as the files have it' },
    notes,
    k: needs.top,
    inputShape: [3, size.height, size.width],
    outputs,
    readings: [],
  };
  return {
    explainer: {
      ...facts,
      ask: () => Promise.reject(new ConfigError(`network \`${name}\` is a folder of maps: it cannot be run`)),
      close: async () => {},
    },
    mapping: oneToOne(0),
    maps: { source, partial },
  };
}

/** The first image's maps that can be read, of those that have some. @throws DataError of the first where several cannot */
async function firstOf(source: NetworkMaps, ids: readonly string[]): Promise<ImageMaps> {
  let fault: unknown;
  let without: ImageMaps | undefined;
  for (const id of ids.filter((one) => source.has(one)).slice(0, TRIED)) {
    try {
      const read = (await source.read(id))!;
      if (read.classes.length > 0) return read;
      without ??= read;
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      fault ??= error;
    }
  }
  if (without !== undefined) return without;
  throw fault;
}

/** Why an experiment cannot judge an image's maps, or undefined. */
export function unfitFor(
  { top, probabilities }: Pick<Needs, 'top' | 'probabilities'>,
  { classes, ranked }: ImageMaps,
): string | undefined {
  if (top > 0 && !ranked) {
    return 'no scores say which class is the best guess: write `scores`, or predictions.csv';
  }
  if (probabilities && classes.some(({ probability }) => probability === undefined)) {
    return 'the experiment reads probabilities: write `probabilities`, or that column of predictions.csv';
  }
  return undefined;
}

/** What is wrong with an image's maps, for the list of those that count as wrong. */
export function faultOf(error: unknown): string {
  if (error instanceof DataError) return messageOf(error);
  throw error;
}
