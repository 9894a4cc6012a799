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
    const number = /^(-1|\d{1,9})$/.test(word) ? Number(word) : undefined;
    if (index !== undefined && number !== undefined && number !== index && number < classes.length) {
      throw new Error(
        `the class ${word} may be two: class ${index} has that id, and ${number} is a number of its own; give numbers as integers in .npz, or other ids`,
      );
    }
    if (index !== undefined) return index;
    if (number !== undefined) return ofNumber(number);
    throw new Error(`the class ${word} is none: neither an id of the data set's classes nor a number`);
  };
  return { ofNumber, ofWord };
}

/** The first class that a list has twice; undefined where it has none. What is no class may be there several times. */
export function repeatedClass(classes: readonly number[]): number | undefined {
  const seen = new Set<number>();
  return classes.find((one) => one !== NO_CLASS && seen.size === seen.add(one).size);
}
