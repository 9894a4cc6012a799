import { z } from 'zod';
import { ConfigError, messageOf } from '../base/errors.js';
import { FileMissing, readWholeText } from '../base/read-file.js';
import type { LoadedConfig } from '../config/load.js';
import type { BenchConfig, MethodConfig, NetworkConfig } from '../config/schema.js';
import { hashFile } from './files.js';

const foundSchema = z.object({
  network: z.string(),
  /** SHA-256 of its ONNX file. */
  model: z.string(),
  /** What of it was explained, and where; absent in files of versions that did not write it down. */
  explained: z
    .object({ score: z.string(), output: z.string().nullable(), layer: z.string().nullable() })
    .optional(),
  method: z.string(),
  /** As the configuration names it; absent: the method's default. */
  layer: z.string().optional(),
  contrast: z.string().optional(),
  smooth: z.number(),
  alpha: z.number(),
  /** Maps that it was found on, and how many of their boxes were wrong, for each α tried. */
  n: z.number(),
  wrong: z.array(z.number()),
});

/** What `bench alpha` writes. */
const fileSchema = z.object({
  format: z.literal(1),
  /** Whatever else decides over a box of rule `mean`. */
  settings: z.object({ iou: z.number(), upsampling: z.string(), frame: z.string() }),
  tried: z.array(z.number()),
  found: z.array(foundSchema),
  /** The held-out images: a run that uses these α leaves them out. */
  images: z.array(z.string()),
});

export type FoundAlphas = z.output<typeof fileSchema>;
export type FoundRow = FoundAlphas['found'][number];

/** A method of a configuration whose α is to be searched. */
export type SearchedMethod = MethodConfig;

export function isSearched({ box }: SearchedMethod): boolean {
  return box?.rule === 'mean' && box.alpha === 'search';
}

export function alphaSettings({ localization }: BenchConfig): FoundAlphas['settings'] {
  const { iou, upsampling, frame } = localization;
  return { iou, upsampling, frame };
}

/** The keys of a network that decide over its maps beside the methods' own. */
export function explainedOf({ score, output, layer }: NetworkConfig['model']) {
  return { score, output: output ?? null, layer: layer ?? null };
}

export function smoothOf({ box }: SearchedMethod, { localization }: BenchConfig): number {
  return box?.smooth ?? localization.smooth;
}

const COMMAND = '`bench alpha CONFIG --images LIST` finds it';

async function read(path: string): Promise<FoundAlphas> {
  let source: string;
  try {
    source = await readWholeText(path, 'a file of `bench alpha`');
  } catch (error) {
    const said = error instanceof FileMissing ? `there is no file ${path}` : messageOf(error);
    throw new ConfigError(`localization.alphas: ${said}; ${COMMAND}`);
  }
  try {
    return fileSchema.parse(JSON.parse(source));
  } catch {
    throw new ConfigError(`${path}: not a file of \`bench alpha\`; ${COMMAND}`);
  }
}

/** A configuration without `alpha: search`, and the images that its α were found on. */
export interface WithAlphas {
  readonly loaded: LoadedConfig;
  readonly heldOut: ReadonlySet<string>;
}

/**
 * Puts the α that `bench alpha` found in the place of `search`. The numbers are then part of the run's identity: shards
 * and a run that is gone on with agree in them, or are refused.
 * @throws ConfigError when one was not found, or for another network or other settings
 */
export async function withFoundAlphas(loaded: LoadedConfig): Promise<WithAlphas> {
  const { config } = loaded;
  const { alphas: path, ...localization } = config.localization;
  const searched = config.networks.some(({ methods }) => methods.some(isSearched));
  if (!searched) return { loaded: { ...loaded, config: { ...config, localization } }, heldOut: new Set() };
  if (path === undefined) {
    throw new ConfigError(`alpha: search needs localization.alphas, the file that holds it; ${COMMAND}`);
  }
  const file = await read(path);
  if (JSON.stringify(file.settings) !== JSON.stringify(alphaSettings(config))) {
    throw new ConfigError(
      `${path}: found with other localization settings (${words(file)}); ${COMMAND} anew`,
    );
  }
  const networks = await Promise.all(
    config.networks.map(async (network) => {
      const methods = await Promise.all(
        network.methods.map((method) =>
          isSearched(method) ? lookUp(method, network, config, file, path) : method,
        ),
      );
      return { ...network, methods };
    }),
  );
  const heldOut = new Set(file.images);
  return { loaded: { ...loaded, config: { ...config, localization, networks } }, heldOut };
}

const words = ({ settings }: FoundAlphas) =>
  Object.entries(settings)
    .map(([key, value]) => `${key} ${value}`)
    .join(', ');

async function lookUp(
  method: SearchedMethod,
  { name, model }: NetworkConfig,
  config: BenchConfig,
  { found, images }: FoundAlphas,
  path: string,
): Promise<SearchedMethod> {
  const smooth = smoothOf(method, config);
  const row = found.find(
    (candidate) =>
      candidate.network === name &&
      candidate.method === method.name &&
      candidate.layer === method.layer &&
      candidate.contrast === method.contrast &&
      candidate.smooth === smooth,
  );
  const where = `${path}: network \`${name}\``;
  if (row === undefined) throw new ConfigError(`${where}: no α for ${method.name}; ${COMMAND} anew`);
  if (row.model !== (await hashFile(model.onnx))) {
    throw new ConfigError(`${where}: α was found for another file than ${model.onnx}; ${COMMAND} anew`);
  }
  const now = explainedOf(model);
  for (const key of ['score', 'output', 'layer'] as const) {
    const then = row.explained?.[key];
    if (then === undefined || then === now[key]) continue;
    throw new ConfigError(
      `${where}: α was found with model.${key} ${then ?? 'unset'}, it is ${now[key] ?? 'unset'}; ${COMMAND} anew`,
    );
  }
  return { ...method, box: { rule: 'mean', smooth, alpha: row.alpha, alpha_images: images.length } };
}
