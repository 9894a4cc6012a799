import type { ClassInfo } from '../base/sample.js';

/** What stands for no class of the data set, such as a background: a guess of it is wrong. */
export const NO_CLASS = -1;

/** Reads classes as files name them. @throws Error with words for what is no class */
export interface ClassWords {
  /** By the data set's id of it (`n02084071`, `dog`), or by its number from 0. */
  readonly ofWord: (word: string) => number;
  readonly ofNumber: (value: number) => number;
}

export function classWords(classes: readonly ClassInfo[]): ClassWords {
  const byId = new Map(classes.map(({ id }, index) => [id, index]));
  const ofNumber = (value: number): number => {
    if (Number.isInteger(value) && value >= NO_CLASS && value < classes.length) return value;
    throw new Error(
      `the class ${value} is none: the data set has ${classes.length} classes, 0 to ${classes.length - 1}`,
    );
  };
  const ofWord = (word: string): number => {
    const index = byId.get(word);
    if (index !== undefined) return index;
    if (/^(-1|\d{1,9})$/.test(word)) return ofNumber(Number(word));
    throw new Error(`the class ${word} is none: neither an id of the data set's classes nor a number`);
  };
  return { ofNumber, ofWord };
}
