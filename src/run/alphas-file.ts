import { z } from 'zod';
import { ConfigError, messageOf } from '../base/errors.js';
import { FileMissing, readWholeText } from '../base/read-file.js';
import { modelFile } from '../config/model-file.js';
import type { BenchConfig, LocalizationConfig, MethodConfig, NetworkConfig } from '../config/schema.js';
import { hashFile } from './files.js';

const rowSchema = z.object({
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
  found: z.array(rowSchema),
  /** The held-out images: a run that uses these α leaves them out. */
  images: z.array(z.string()),
});

export type AlphasFile = z.output<typeof fileSchema>;
export type AlphaRow = AlphasFile['found'][number];

/** A method of a configuration whose α is to be searched. */
type SearchedMethod = MethodConfig;

export function isSearched({ box }: SearchedMethod): boolean {
  return box?.rule === 'mean' && box.alpha === 'search';
}

export function alphaSettings({ iou, upsampling, frame }: LocalizationConfig): AlphasFile['settings'] {
  return { iou, upsampling, frame };
}

/** The keys of a network that decide over its maps beside the methods' own. */
export function explanationKeys({ score, output, layer }: NetworkConfig['model']) {
  return { score, output: output ?? null, layer: layer ?? null };
}

export function smoothOf({ box }: SearchedMethod, { smooth }: LocalizationConfig): number {
  return box?.smooth ?? smooth;
}

const COMMAND = '`bench alpha CONFIG --images LIST` finds it';

async function read(path: string): Promise<AlphasFile> {
  let source: string;
  try {
    source = await readWholeText(path, 'a file of `bench alpha`');
  } catch (error) {
    const reason = error instanceof FileMissing ? `there is no file ${path}` : messageOf(error);
    throw new ConfigError(`localization.alphas: ${reason}; ${COMMAND}`);
  }
  try {
    return fileSchema.parse(JSON.parse(source));
  } catch {
    throw new ConfigError(`${path}: not a file of \`bench alpha\`; ${COMMAND}`);
  }
}

/**
 * The networks with the α that `bench alpha` found in the place of `search`, and the images that they were found on. The
 * numbers are then part of the run's identity: shards and a run that is gone on with agree in them, or are refused.
 * @throws ConfigError when one was not found, or for another network or other settings
 */
export async function foundAlphas(
  config: Pick<BenchConfig, 'networks' | 'localization'>,
): Promise<{ readonly networks: NetworkConfig[]; readonly heldOut: ReadonlySet<string> }> {
  const { networks, localization } = config;
  if (!networks.some(({ methods }) => methods.some(isSearched)))
    return { networks: [...networks], heldOut: new Set() };
  const { alphas: path } = localization;
  if (path === undefined) {
    throw new ConfigError(`alpha: search needs localization.alphas, the file that holds it; ${COMMAND}`);
  }
  const file = await read(path);
  if (JSON.stringify(file.settings) !== JSON.stringify(alphaSettings(localization))) {
    throw new ConfigError(
      `${path}: found with other localization settings (${words(file)}); ${COMMAND} anew`,
    );
  }
  const complete = networks.map(async (network) => {
    const methods = await Promise.all(
      network.methods.map((method) =>
        isSearched(method) ? lookUp(method, network, localization, file, path) : method,
      ),
    );
    return { ...network, methods };
  });
  return { networks: await Promise.all(complete), heldOut: new Set(file.images) };
}

const words = ({ settings }: AlphasFile) =>
  Object.entries(settings)
    .map(([key, value]) => `${key} ${value}`)
    .join(', ');

async function lookUp(
  method: SearchedMethod,
  { name, model }: NetworkConfig,
  localization: LocalizationConfig,
  { found, images }: AlphasFile,
  path: string,
): Promise<SearchedMethod> {
  const smooth = smoothOf(method, localization);
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
  const file = modelFile({ name, model });
  if (row.model !== (await hashFile(file))) {
    throw new ConfigError(`${where}: α was found for another file than ${file}; ${COMMAND} anew`);
  }
  const now = explanationKeys(model);
  for (const key of ['score', 'output', 'layer'] as const) {
    const then = row.explained?.[key];
    if (then === undefined || then === now[key]) continue;
    throw new ConfigError(
      `${where}: α was found with model.${key} ${then ?? 'unset'}, it is ${now[key] ?? 'unset'}; ${COMMAND} anew`,
    );
  }
  return { ...method, box: { rule: 'mean', smooth, alpha: row.alpha, alpha_images: images.length } };
}
