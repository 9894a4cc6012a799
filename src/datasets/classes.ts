import { closest, distance } from 'fastest-levenshtein';
import { DataError } from '../base/errors.js';
import { quote } from '../base/quote.js';
import type { ClassInfo } from '../base/sample.js';
import { configuredFile, readLines } from './files.js';
import type { CommonSpec } from './spec.js';

/** Looks up class ids; the returned function throws DataError naming `where`, the class, and what it may mean. */
export function classLookup(classes: readonly ClassInfo[]): (id: string, where: string) => number {
  const indices = new Map(classes.map(({ id }, index) => [id, index]));
  return (id, where) => {
    const index = indices.get(id);
    if (index === undefined)
      throw new DataError(`${where}: unknown class ${quote(id)}; ${hint(id, classes)}`);
    return index;
  };
}

/** Returns the classes; throws DataError naming `path` when there is none or one is listed twice. */
export function checkedClasses(classes: readonly ClassInfo[], path: string): readonly ClassInfo[] {
  if (classes.length === 0) throw new DataError(`${path}: the list of classes is empty`);
  const seen = new Set<string>();
  for (const { id } of classes) {
    if (seen.has(id)) throw new DataError(`${path}: the class ${quote(id)} is listed twice`);
    seen.add(id);
  }
  return classes;
}

/** The configured list of classes, one name per line in the file's order; `own` where none is configured. @throws DataError */
export async function configuredClasses(
  { root, classes }: Pick<CommonSpec, 'root' | 'classes'>,
  own: readonly ClassInfo[],
): Promise<readonly ClassInfo[]> {
  if (classes === undefined) return own;
  const path = await configuredFile(root, classes);
  const names = await readLines(path, 'the list of classes');
  return checkedClasses(
    names.map((name) => ({ id: name, name })),
    path,
  );
}

const SHOWN = 30;
/** Letters of a name that is compared with the known ones: that takes their product in steps. */
const LONGEST = 100;

function hint(id: string, classes: readonly ClassInfo[]): string {
  const known = classes.map((info) => info.id);
  const nearest = id.length <= LONGEST ? closest(id, known) : '';
  const meant = nearest !== '' && distance(id, nearest) <= 3 ? `did you mean ${nearest}? ` : '';
  return known.length <= SHOWN
    ? `${meant}known: ${known.join(', ')}`
    : `${meant}it is none of the ${known.length} classes, ${known[0]} to ${known.at(-1)}`;
}
