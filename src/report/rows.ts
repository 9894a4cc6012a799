import type { PaperRow } from './paper.js';

/** An error in per cent with its 95 % interval. */
export interface ErrorInterval {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

/** The errors of one number of guesses; undefined when no image counted. */
export interface TopErrors {
  readonly k: number;
  readonly cls: ErrorInterval | undefined;
  readonly loc: ErrorInterval | undefined;
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

/** Which data a table was measured on. */
export interface DataLabel {
  /** For people and for the `data` column, e.g. `demonstration (not ImageNet)`. */
  readonly label: string;
  /** The whole ImageNet validation set: only then is the difference from the paper a number worth printing. */
  readonly comparable: boolean;
}

/** How one side of a pair is named. */
interface PairedRow {
  readonly method: string;
  readonly layer: string;
  readonly boxRule: string;
}

/** A paired difference between two methods on one network: `a` minus `b`, in points. */
export interface PairRow {
  readonly network: string;
  readonly a: PairedRow;
  readonly b: PairedRow;
  readonly k: number;
  readonly n: number;
  readonly difference: ErrorInterval;
}
