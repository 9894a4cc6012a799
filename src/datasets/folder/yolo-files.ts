import { basename, dirname, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { DataError, messageOf, shortened } from '../../base/errors.js';
import { hint } from '../../base/nearest.js';
import { isDirectory } from '../../base/read-file.js';
import { firstFile, readText } from '../files.js';

/* Where YOLO's exports put what is not in the text files: the names of the classes, and the folders of a split. */

const MAX_BYTES = 4 * 1024 * 1024;
const NAMES = ['classes.txt', 'obj.names', '_darknet.labels', 'data.yaml', 'dataset.yaml'];

interface YoloData {
  readonly names: readonly string[] | undefined;
  /** The folder of the pictures of each split. */
  readonly splits: Readonly<Record<string, string>>;
}

type Document = Readonly<Record<string, unknown>>;

/** @throws DataError naming the file */
async function readDocument(path: string): Promise<Document> {
  const text = await readText(path, 'the description of the data', MAX_BYTES);
  let document: unknown;
  try {
    document = parse(text, { maxAliasCount: 0 });
  } catch (error) {
    throw new DataError(`${path}: not YAML: ${shortened(messageOf(error), 200)}`);
  }
  if (typeof document === 'object' && document !== null && !Array.isArray(document))
    return document as Document;
  throw new DataError(`${path}: expected the keys names and val, as YOLO's trainers read them`);
}

/** A list, or names by their numbers, which go from 0 on. */
function namesOf(value: unknown, path: string): readonly string[] | undefined {
  if (value === undefined) return undefined;
  const named = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  const names = named.map(([key, name]) => {
    if (!/^\d+$/.test(key) || !['string', 'number'].includes(typeof name))
      throw new DataError(`${path}: names must be a list of texts, or texts by their numbers`);
    return [Number(key), String(name)] as const;
  });
  const sorted = names.toSorted(([a], [b]) => a - b);
  if (sorted.length === 0) throw new DataError(`${path}: names is empty`);
  const gap = sorted.findIndex(([number], index) => number !== index);
  if (gap >= 0) throw new DataError(`${path}: names has no name for the class ${gap}`);
  return sorted.map(([, name]) => name);
}

/** What a `data.yaml` says. */
export async function readYoloData(path: string): Promise<YoloData> {
  const document = await readDocument(path);
  const root = resolve(dirname(path), typeof document.path === 'string' ? document.path : '.');
  const splits: Record<string, string> = {};
  for (const split of ['val', 'test', 'train']) {
    const folder = document[split];
    if (typeof folder !== 'string' || folder === '') continue;
    // Some exports count from a folder below the one that the file is in.
    const places = [
      resolve(root, folder),
      resolve(dirname(path), folder),
      resolve(dirname(path), folder.replace(/^(?:\.\.\/)+/, '')),
    ];
    let found = places[0]!;
    for (const place of places.toReversed()) if (await isDirectory(place)) found = place;
    splits[split] = found;
  }
  return { names: namesOf(document.names, path), splits };
}

/** The folders of a split of a `data.yaml`, `val` where none is chosen. @throws DataError when there is none */
export async function yoloSplit(path: string, split = 'val') {
  const { names, splits } = await readYoloData(path);
  const pictures = splits[split];
  if (pictures === undefined)
    throw new DataError(`${path}: no folder for the split ${split}${hint(split, Object.keys(splits))}`);
  if (!(await isDirectory(pictures)))
    throw new DataError(`${path}: ${split}: there is no folder ${pictures}; lists of pictures are not read`);
  const parts = pictures.split(/[/\\]/);
  const at = parts.lastIndexOf('images');
  const labels = at < 0 ? pictures : parts.with(at, 'labels').join('/');
  if (!(await isDirectory(labels)))
    throw new DataError(`${path}: ${split}: there is no folder ${labels} with text files`);
  return { names, pictures, labels };
}

/** A name per line. @throws DataError for an empty line above a name: the line's number is the class's */
async function readNames(path: string): Promise<readonly string[]> {
  const text = await readText(path, 'the names of the classes');
  const names = text.split('\n').map((line) => line.trim());
  while (names.at(-1) === '') names.pop();
  const gap = names.indexOf('');
  if (gap >= 0)
    throw new DataError(
      `${path}: line ${gap + 1} is empty, but each line names a class; remove it or name it`,
    );
  return names;
}

/** The names of the classes in the first file that has them, from the folder of the labels up to the root. */
export async function namesBeside(labels: string, root: string): Promise<readonly string[] | undefined> {
  let folder = labels;
  for (;;) {
    const file = await firstFile(NAMES.map((name) => join(folder, name)));
    if (file !== undefined) {
      const isYaml = basename(file).endsWith('.yaml');
      const names = isYaml ? (await readYoloData(file)).names : await readNames(file);
      if (names !== undefined && names.length > 0) return names;
    }
    if (folder === root || dirname(folder) === folder || !folder.startsWith(root)) return undefined;
    folder = dirname(folder);
  }
}
