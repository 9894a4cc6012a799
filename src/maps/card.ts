import { readFileSync } from 'node:fs';
import { join, posix, win32 } from 'node:path';
import { z } from 'zod';
import { codeOf, DataError, messageOf } from '../base/errors.js';

/*
 * maps.json: what a folder of maps says of itself, so that a configuration need not. `bench maps` writes it; others may.
 */

export const MAPS_CARD = 'maps.json';

/** What a folder's maps cover: the stored image, or what the network's input showed of it. */
export const FRAMES = ['image', 'input'] as const;

const text = z.string().min(1).max(1000);

/** A card comes from others: it names folders within its own only. */
const subfolder = text.refine(
  (path) => !posix.isAbsolute(path) && !win32.isAbsolute(path) && !path.split(/[\\/]/).includes('..'),
  'a folder within this one, without `..`',
);

const schema = z.strictObject({
  /** Of the format of this file. */
  format: z.literal(1),
  /** The network's name in tables. */
  network: text.optional(),
  frame: z.enum(FRAMES).optional(),
  /** How an image became the network's input: the section `model.input` of a configuration. */
  input: z.record(z.string(), z.unknown()).optional(),
  /** The paper's row that the network is. */
  paper: text.optional(),
  /** Which numbers were explained, in words. */
  score: text.optional(),
  /** The methods, each with the subfolder of its maps, and the layer that they were read at. */
  methods: z
    .array(
      z.strictObject({ name: text, layer: z.string().max(1000).optional(), folder: subfolder.optional() }),
    )
    .min(1)
    .optional(),
  /** What the maps were made of, for those who make them again. */
  made: z.record(z.string(), z.unknown()).optional(),
});

export type MapsCard = z.output<typeof schema>;

/**
 * The card of a folder of maps; undefined where it has none.
 * @throws DataError naming the file and the key
 */
export function readMapsCard(folder: string): MapsCard | undefined {
  const path = join(folder, MAPS_CARD);
  let source: string;
  try {
    source = readFileSync(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
    throw new DataError(`${path}: cannot be read (${messageOf(error)})`);
  }
  let document: unknown;
  try {
    document = JSON.parse(source);
  } catch (error) {
    throw new DataError(`${path}: not JSON: ${messageOf(error)}`);
  }
  const parsed = schema.safeParse(document);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const at = issue!.path.map(String).join('.');
  throw new DataError(`${path}: ${at === '' ? '' : `${at}: `}${issue!.message}`);
}
