import { basename, resolve } from 'node:path';
import { z } from 'zod';
import { ConfigError } from '../base/errors.js';
import { FRAMES, readMapsCard } from '../maps/card.js';
import { section } from './section.js';
import { type Branch, isBranch, merge, type Tree } from './tree.js';
import { text } from './values.js';

/* A network whose maps were made elsewhere: a folder of files in the place of a model. */

export const mapsSchema = section({
  folder: text.describe(
    'The folder of the maps: `<id>.npz`, `<id>.npy` or `<id>.<class>.png` for each image.',
  ),
  frame: z
    .enum(FRAMES)
    .default('image')
    .describe(
      'What a map covers: `image` is the whole stored image. `input` is the part of it that the network saw, by `model.input`.',
    ),
  partial: z
    .boolean()
    .default(false)
    .describe(
      'An image without maps is left out of this network, and the run says so. Otherwise it counts as wrong. `--partial` sets it.',
    ),
});

/** The row's method where neither the configuration nor the folder names one. */
const UNNAMED = 'maps';

/** The keys of `model` that say something of maps. */
const MODEL_KEYS = ['input', 'paper'];

/**
 * Lays the network of a document over what its folder of maps says of itself.
 * @param common the document's own `model`: of it the input holds for maps, too
 * @param folder that a relative path counts from
 * @throws ConfigError for keys of a model that runs, DataError for a card that is wrong
 */
export function withMapsCard(network: Branch, common: Tree, folder: string): Branch {
  const { maps, model } = network;
  if (!isBranch(maps) || typeof maps.folder !== 'string') return { ...network, model: {}, methods: [] };
  const where = `network \`${typeof network.name === 'string' ? network.name : basename(maps.folder)}\``;
  const own = isBranch(model) ? model : {};
  const foreign = Object.keys(own).find((key) => !MODEL_KEYS.includes(key));
  if (foreign !== undefined) {
    throw new ConfigError(
      `${where}: model.${foreign}: maps have no model that runs; of its keys, they take input and paper`,
    );
  }
  const path = resolve(folder, maps.folder);
  const card = readMapsCard(path);
  const resize = isBranch(own.input) ? own.input.resize : undefined;
  if (resize !== undefined && resize !== 'warp' && (maps.frame ?? card?.frame ?? 'image') === 'image') {
    throw new ConfigError(
      `${where}: input.resize is ${String(resize)}, but the maps cover the whole image; set maps.frame: input (--frame input)`,
    );
  }
  const shared = isBranch(common) ? common.input : undefined;
  const paper = own.paper ?? card?.paper;
  const methods = Array.isArray(network.methods) ? (network.methods as readonly Tree[]) : card?.methods;
  return {
    name: network.name ?? card?.network ?? basename(path),
    maps: { ...(card?.frame === undefined ? {} : { frame: card.frame }), ...maps },
    model: {
      ...(paper === undefined ? {} : { paper }),
      input: merge(card?.input ?? shared, own.input) ?? {},
    },
    methods: withFolders(
      (methods ?? [{ name: UNNAMED }]).map((one) => (isBranch(one) ? one : { name: one })),
    ),
  };
}

/** One method's maps lie in the folder itself; those of several each in the subfolder of its name. */
function withFolders(methods: readonly Branch[]): readonly Branch[] {
  if (methods.length === 1) return methods.map((one) => ({ folder: '.', ...one }));
  return methods.map((one) => ({ folder: one.name, ...one }));
}
