import { ConfigError } from '../base/errors.js';
import { hint } from '../base/nearest.js';
import type { ClassInfo } from '../base/sample.js';

/** Classes without names: their indices stand for them. */
export function numberedLabels(count: number): ClassInfo[] {
  return Array.from({ length: count }, (_, index) => ({ id: `class-${index}`, name: `class ${index}` }));
}

/**
 * The index of a class that a user named: an index, an id, a whole name, or one of the names between commas. Where a number
 * may be both, `index:1` and `name:1` say which.
 * @param where names the label in messages
 * @throws ConfigError naming the nearest class, or the candidates when it fits several
 */
export function classNamed(label: string, classes: readonly ClassInfo[], where = '--class'): number {
  const [, kind, value] = /^(index|name):(.*)$/is.exec(label) ?? [];
  // A class may be called so.
  const isCalled = (text: string) => classes.some(({ id, name }) => id === text || name === text);
  const prefix = kind === undefined || isCalled(label) ? undefined : kind.toLowerCase();
  const className = prefix === undefined ? label : value!.trim();
  if (prefix !== 'name' && /^\d+$/.test(className)) {
    const index = Number(className);
    const names = ({ id, name }: ClassInfo) => [id, ...name.split(',')].map((one) => one.trim());
    const other = classes.findIndex((info, i) => i !== index && names(info).includes(className));
    if (index < classes.length && (other < 0 || prefix === 'index')) return index;
    if (index < classes.length) {
      throw new ConfigError(
        `${where} ${className}: class ${other} is called so, and class ${index} has that index: give name:${className} or index:${className}`,
      );
    }
    if (other < 0 || prefix === 'index')
      throw new ConfigError(`${where} ${className}: the network has classes 0 to ${classes.length - 1}`);
  }
  const text = className.trim().toLowerCase();
  const withId = classes.findIndex(({ id }) => id.toLowerCase() === text);
  if (withId >= 0) return withId;
  const exact = [...classes.keys()].filter((index) => classes[index]!.name.toLowerCase() === text);
  if (exact.length === 1) return exact[0]!;
  const parts = classes.map(({ name }) => name.split(',').map((part) => part.trim().toLowerCase()));
  const fitting =
    exact.length > 1 ? exact : [...classes.keys()].filter((index) => parts[index]!.includes(text));
  if (fitting.length === 1) return fitting[0]!;
  if (fitting.length > 1) {
    const candidates = fitting.map((index) => `${index} (${classes[index]!.name})`).join(', ');
    throw new ConfigError(`${where} ${className}: fits several classes: ${candidates}; give the index`);
  }
  const words = parts.flat();
  const near = words.length <= 30 ? hint(text, words) : nearOrAdvice(text, words);
  throw new ConfigError(`${where} ${className}: no such class${near}`);
}

function nearOrAdvice(text: string, words: readonly string[]): string {
  const holding = words.filter((name) => name.includes(text)).slice(0, 5);
  if (holding.length > 0) return `; did you mean ${holding.join(', ')}?`;
  const near = hint(text, words);
  return near.startsWith('; did') ? near : '; give its name, its id or its index';
}
