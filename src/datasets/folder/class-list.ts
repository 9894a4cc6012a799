import { DataError } from '../../base/errors.js';
import { nearest } from '../../base/nearest.js';
import { quote } from '../../base/quote.js';
import type { ClassInfo } from '../../base/sample.js';
import { checkedClasses } from '../classes.js';
import { configuredFile, readLines } from '../files.js';
import { spelling } from './pictures.js';

/** The classes of a file, in its order: a name a line, or ImageNet's `n02124075 Egyptian cat` with an id in front. */
export async function readClassList(root: string, file: string): Promise<readonly ClassInfo[]> {
  const path = await configuredFile(root, file);
  const lines = await readLines(path, 'the list of classes');
  const classes = lines.map((line) => {
    const [, id, name] = /^(n\d{8})\s+(?:\d+ )?(.+)$/.exec(line) ?? [];
    return id === undefined ? { id: line, name: line } : { id, name: name! };
  });
  return checkedClasses(classes, path);
}

/** All that a class may be called: its id, its name, and the names between commas. */
const callings = ({ id, name }: ClassInfo) => [id, name, ...name.split(',').map((part) => part.trim())];
const plain = (name: string) => spelling(name).toLowerCase();

/**
 * Looks up classes as annotations name them: by id, by the whole name, or by one of the names between commas, whatever their
 * case. The returned function gives the index, or the fault in words.
 */
export function classFinder(classes: readonly ClassInfo[]): (name: string) => number | string {
  const exact = new Map(classes.map(({ id }, index) => [spelling(id), index]));
  const called = new Map<string, Set<number>>();
  classes.forEach((info, index) => {
    for (const name of callings(info).map(plain))
      called.set(name, (called.get(name) ?? new Set()).add(index));
  });
  return (name) => {
    const own = exact.get(spelling(name));
    if (own !== undefined) return own;
    const fitting = [...(called.get(plain(name)) ?? [])];
    if (fitting.length === 1) return fitting[0]!;
    if (fitting.length > 1) {
      const ids = fitting.map((index) => classes[index]!.id);
      return `the class ${quote(name)} may be ${ids.join(' or ')}; write the id`;
    }
    const near = name.length > 100 ? undefined : nearest(name, classes.slice(0, 2000).flatMap(callings));
    const known =
      classes.length <= 30
        ? `known: ${classes.map(({ id }) => id).join(', ')}`
        : `it is none of the ${classes.length} classes`;
    return `unknown class ${quote(name)}; ${near === undefined ? known : `did you mean ${near}?`}`;
  };
}

/** @throws DataError when the file's names are all unknown: then it is of other classes, and every image would fail */
export function checkAnyKnown(
  names: readonly string[],
  find: (name: string) => number | string,
  where: string,
): void {
  if (names.length === 0) return;
  const faults = names.map(find).filter((found) => typeof found === 'string');
  if (faults.length < names.length) return;
  const all = names.length === 1 ? 'its only class' : `none of its ${names.length} classes`;
  throw new DataError(
    `${where}: ${all} is ${names.length === 1 ? 'not ' : ''}in dataset.classes: ${faults[0]}`,
  );
}
