import { createHash } from 'node:crypto';
import type { Sample } from '../../datasets/sample.js';
import type { LocalizationDecision } from '../../eval/localization.js';
import type { JudgedImage } from '../judge.js';

/** What the journal keeps of an image that was judged: all that the results need of it. */
export interface JudgedEntry {
  /** Position in the run's list of images, from 0. */
  readonly at: number;
  readonly id: string;
  /** Its lines of images.csv. */
  readonly lines: string;
  /** Hash of the ground truth that it was judged by. */
  readonly truth: string;
  /** Per row of the table, `0` right, `1` wrong, `-` does not count: classification for each k, then localization. */
  readonly errors: readonly string[];
  /** Its boxes were scaled, because the annotation speaks of another size than the file has. */
  readonly scaled: boolean;
}

/** An image that could not be read. */
export interface FailedEntry {
  readonly at: number;
  readonly id: string;
  readonly failed: string;
}

export type Entry = JudgedEntry | FailedEntry;

/** Milliseconds: wall, network, waited, decode, evaluation. */
export type Spent = readonly [number, number, number, number, number];

/** A finished batch. */
export interface BatchRecord {
  readonly kind: 'batch';
  /** Index of the network in the configuration. */
  readonly network: number;
  readonly images: readonly Entry[];
  /** Time since the batch before. */
  readonly spent: Spent;
}

/** SHA-256 of the ground truth as it was read, without paths of the machine. */
function truthHash({ id, labels, objects, size, annotatedSize, blacklisted }: Sample): string {
  const boxes = objects.map(({ className, box }) => [className, box.x0, box.y0, box.x1, box.y1]);
  const sizes = [size.width, size.height, annotatedSize.width, annotatedSize.height];
  const text = JSON.stringify([id, labels, boxes, sizes, blacklisted]);
  return createHash('sha256').update(text).digest('hex');
}

function errorsOf({ classification, localization }: LocalizationDecision): string {
  return [...classification, ...(localization ?? classification.map(() => '-'))].join('');
}

export function judgedEntry(at: number, sample: Sample, judged: JudgedImage, lines: string): JudgedEntry {
  const { size, annotatedSize } = sample;
  return {
    at,
    id: sample.id,
    lines,
    truth: truthHash(sample),
    errors: judged.judgements.map(({ decision }) => errorsOf(decision)),
    scaled: size.width !== annotatedSize.width || size.height !== annotatedSize.height,
  };
}

/** The decision that `errors` keeps, without the overlaps that it was made from. */
export function decisionOf(errors: string): LocalizationDecision {
  const digits = [...errors].map((sign) => (sign === '1' ? 1 : 0));
  const half = digits.length / 2;
  const counts = errors[half] !== '-';
  return {
    classification: digits.slice(0, half),
    localization: counts ? digits.slice(half) : undefined,
    bestIou: [],
  };
}
