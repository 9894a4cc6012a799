import { readFileSync, statSync } from 'node:fs';
import { ConfigError, messageOf } from '../base/errors.js';
import { addressesOf, type Manifest, type PublishedModel, readManifest } from '../fetch/manifest.js';
import { type ModelHeader, readHeader } from '../onnx/header.js';
import { type Card, IMAGENET, METADATA_KEY, parseCard } from './schema.js';

/** A card, and where it was found. */
export interface FoundCard {
  readonly card: Card;
  /** For people: `card models/x.card.json`. */
  readonly from: string;
  /** The card's file, or the model's that holds it: relative names of classes count from its folder. */
  readonly file: string | undefined;
}

/** What a model's name or path tells without compiling it. */
export interface ModelFacts {
  readonly card: FoundCard | undefined;
  readonly size: ModelHeader['size'];
  /** Whether there is a file whose input would be guessed. */
  readonly exists: boolean;
}

/** `models/x.onnx` has its card in `models/x.card.json`. */
export function cardPath(model: string): string {
  return `${model.replace(/\.onnx$/, '')}.card.json`;
}

const MOST_BYTES = 2 ** 24;

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function cardBeside(model: string): FoundCard | undefined {
  const file = cardPath(model);
  if (!isFile(file)) return undefined;
  if (statSync(file).size > MOST_BYTES) throw new ConfigError(`${file}: too large for a card`);
  try {
    return { card: parseCard(readFileSync(file, 'utf8'), file), from: `card ${file}`, file };
  } catch (error) {
    throw error instanceof ConfigError
      ? error
      : new ConfigError(`${file}: cannot be read: ${messageOf(error)}`);
  }
}

/** The card of a published model, from what the manifest says of it. */
export function manifestCard(model: PublishedModel, manifest: Manifest): Card {
  const { size, ...rest } = model.input;
  return {
    input: { size: [size.height, size.width], ...rest },
    classes: IMAGENET,
    ...(model.licence === undefined ? {} : { licence: model.licence }),
    source: addressesOf(manifest, model)[0]!,
  };
}

/**
 * The card of a model: of a published name the manifest's; of a file the one beside it, else the one in its metadata.
 * @param name as it was given: a published model's name, or a path
 * @param path of the file
 * @throws ConfigError for a card that is wrong
 */
export function factsOf(name: string, path: string): ModelFacts {
  const exists = isFile(path);
  const header = readHeader(path);
  const manifest = readManifest();
  const published = Object.hasOwn(manifest.models, name) ? manifest.models[name] : undefined;
  if (published !== undefined) {
    const card = manifestCard(published, manifest);
    return { card: { card, from: `card of ${name}`, file: undefined }, size: header.size, exists };
  }
  const inside = header.metadata.get(METADATA_KEY);
  const beside = exists ? cardBeside(path) : undefined;
  const within = () => {
    if (inside === undefined) return undefined;
    const from = `card in ${path}`;
    return { card: parseCard(inside, `${path}: its metadata ${METADATA_KEY}`), from, file: path };
  };
  return { card: beside ?? within(), size: header.size, exists };
}
