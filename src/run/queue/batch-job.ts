import { z } from 'zod';
import { BenchError } from '../../base/errors.js';
import type { Entry, Spent } from '../journal/entries.js';
import type { Work } from '../pending.js';

/** What a worker is asked to do. */
export interface BatchJob {
  /** Index of the network in the configuration. */
  readonly network: number;
  /** Positions in the run's list of images, ascending. */
  readonly at: readonly number[];
}

/** What it answers: the batch's record in the journal, and who it was. */
export interface BatchResult {
  readonly worker: string;
  readonly images: readonly Entry[];
  readonly spent: Spent;
}

export interface NamedBatch extends BatchJob {
  /** The same for the same batch, whoever asks for it and when. */
  readonly id: string;
}

const jobSchema = z.strictObject({ network: z.int().min(0), at: z.array(z.int().min(0)).min(1) });

/** A job that no coordinator can have sent. */
export class NotAJob extends BenchError {
  override readonly name = 'NotAJob';
}

/**
 * What a job in Redis asks for, held against the run: anybody who can write there may have written it.
 * @returns undefined when it asks for no images of the run, in ascending order
 */
export function checkedJob(data: unknown, networks: number, images: number): BatchJob | undefined {
  const job = jobSchema.safeParse(data).data;
  if (job === undefined || job.network >= networks) return undefined;
  const ascends = job.at.every((position, i) => position < images && (i === 0 || job.at[i - 1]! < position));
  return ascends ? job : undefined;
}

const ID = /^n(\d{1,9})-(\d{1,15})-(\d{1,15})$/;

/** Whether a job of this name may ask for these images, as `batchesOf` names them. */
export function fitsName(id: string, { network, at }: BatchJob): boolean {
  const [, index, start, size] = (ID.exec(id) ?? []).map(Number);
  if (index === undefined || start === undefined || size === undefined) return false;
  return index === network && at[0]! >= start && at.at(-1)! < start + size;
}

/** How often a batch is tried before its images are reported as failed. */
export const ATTEMPTS = 3;

/**
 * The batches of the images that are left. Their bounds count from the first image of the list, not from the first
 * that is left: a coordinator that goes on asks for the very batches that it has asked for before.
 */
export function* batchesOf(work: readonly Work[], size: number): Generator<NamedBatch, undefined> {
  for (const [network, { positions }] of work.entries()) {
    let at: number[] = [];
    let cell = -1;
    const batch = () => ({ id: `n${network}-${cell * size}-${size}`, network, at });
    for (const position of positions) {
      const its = Math.floor(position / size);
      if (its !== cell && at.length > 0) yield batch();
      if (its !== cell) at = [];
      cell = its;
      at.push(position);
    }
    if (at.length > 0) yield batch();
  }
  return undefined;
}
