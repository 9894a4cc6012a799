import type { Interval } from '../eval/statistics/bootstrap.js';
import type { PaperRow } from './paper.js';

/** The row of the baseline that looks at no map. */
export const CENTER_BOX = 'center-box';

/** The errors of one number of guesses, in per cent with their 95 % intervals; undefined when no image counted. */
export interface TopErrors {
  readonly k: number;
  readonly cls: Interval | undefined;
  readonly loc: Interval | undefined;
}

/** One line of the table: a network, a method at a layer, a box rule. */
export interface TableRow {
  readonly network: string;
  readonly method: string;
  /** Empty when the method reads no layer. */
  readonly layer: string;
  readonly boxRule: string;
  /** Images in the classification denominator. */
  readonly n: number;
  /** Images in the localization denominator: those with boxes that are not blacklisted. */
  readonly nLoc: number;
  readonly errors: readonly TopErrors[];
  readonly paper?: PaperRow;
}

/** How one side of a pair is named. */
interface PairedRow {
  readonly method: string;
  readonly layer: string;
  readonly boxRule: string;
}

/** A paired difference between rows of two networks: `a` minus `b`, in points. */
export interface AcrossRow {
  readonly a: PairedRow & { readonly network: string };
  readonly b: PairedRow & { readonly network: string };
  readonly k: number;
  readonly n: number;
  readonly difference: Interval;
  /** Images that are wrong on one side alone. */
  readonly onlyA: number;
  readonly onlyB: number;
  /** McNemar's exact test. */
  readonly p: number;
}

/** A paired difference between two methods on one network: `a` minus `b`, in points. */
export interface PairRow {
  readonly network: string;
  readonly a: PairedRow;
  readonly b: PairedRow;
  readonly k: number;
  readonly n: number;
  readonly difference: Interval;
}
