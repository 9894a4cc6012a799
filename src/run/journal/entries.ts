import { createHash } from 'node:crypto';
import type { Sample } from '../../base/sample.js';

/** What the journal keeps of an image that was judged: all that the results need of it. */
export interface JudgedEntry {
  /** Position in the run's list of images, from 0. */
  readonly at: number;
  readonly id: string;
  /** Hash of the ground truth that it was judged by. */
  readonly truth: string;
  /** Its boxes were scaled, because the annotation speaks of another size than the file has. */
  readonly scaled: boolean;
  /** What the experiment made of it: plain JSON. */
  readonly record: unknown;
  /** Which of the maps that were asked for are in no file, or why: they counted as wrong. */
  readonly missing?: string | undefined;
}

/** An image that could not be read. */
interface FailedEntry {
  readonly at: number;
  readonly id: string;
  readonly failed: string;
  /** It was to be left out: the run did not fail. */
  readonly leftOut?: boolean | undefined;
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
  const boxes = objects.map(({ className, box, region }) => [
    ...[className, box.x0, box.y0, box.x1, box.y1],
    ...(region === undefined ? [] : [region.counts]),
  ]);
  const sizes = [size.width, size.height, annotatedSize.width, annotatedSize.height];
  const text = JSON.stringify([id, labels, boxes, sizes, blacklisted]);
  return createHash('sha256').update(text).digest('hex');
}

/** The entry of an image that could not be read, or was left out. */
export function failedEntry(
  at: number,
  { id, message, leftOut }: { readonly id: string; readonly message: string; readonly leftOut?: boolean },
): FailedEntry {
  return { at, id, failed: message, ...(leftOut ? { leftOut } : {}) };
}

export function judgedEntry(at: number, sample: Sample, record: unknown, missing?: string): JudgedEntry {
  const { size, annotatedSize } = sample;
  return {
    at,
    id: sample.id,
    truth: truthHash(sample),
    scaled: size.width !== annotatedSize.width || size.height !== annotatedSize.height,
    record,
    ...(missing === undefined ? {} : { missing }),
  };
}
