import { z } from 'zod';
import { BenchError } from '../../base/errors.js';
import { plainText } from '../../base/quote.js';
import type { Distribution } from '../distribution.js';
import type { Entry, JudgedEntry } from '../journal/entries.js';
import type { BatchJob, BatchResult } from './batch-job.js';

/*
 * What comes out of Redis is held against what was asked for before it is journaled: a worker of another kind, a broken
 * one, or whoever else can write there may have written it.
 */

/** Milliseconds; more than a batch can take. */
const longest = z.number().min(0).max(1e12);
const position = z.int().min(0);
const WORKER = 100;
/** Characters of a reason why an image could not be read. */
const REASON = 10_000;

const judgedSchema = z.strictObject({
  at: position,
  id: z.string(),
  truth: z.string(),
  scaled: z.boolean(),
  record: z.unknown(),
  missing: z.string().max(REASON).optional(),
});
const failedSchema = z.strictObject({
  at: position,
  id: z.string(),
  failed: z.string().max(REASON),
  leftOut: z.boolean().optional(),
});

const answerSchema = z.strictObject({
  worker: z.string().min(1),
  images: z.array(z.union([failedSchema, judgedSchema])),
  spent: z.tuple([longest, longest, longest, longest, longest]),
});

/** What is wrong with an answer, in words for people. */
export class WrongAnswer extends BenchError {
  override readonly name = 'WrongAnswer';
}

/** What the worker of an answer calls itself, as text for people. */
export function workerOf(answer: unknown): string {
  const { worker } = (answer ?? {}) as { worker?: unknown };
  return typeof worker === 'string' && worker !== '' ? plainText(worker, WORKER) : 'a worker without a name';
}

/**
 * The answer to a job, when it is one.
 * @throws WrongAnswer
 */
export async function checkedAnswer(
  answer: unknown,
  { network, at }: BatchJob,
  { ids, refusal }: Pick<Distribution, 'ids' | 'refusal'>,
): Promise<BatchResult> {
  const parsed = answerSchema.safeParse(answer);
  if (!parsed.success) {
    const where = parsed.error.issues[0]!.path.map(String).join('.');
    throw new WrongAnswer(`not of the form of an answer${where === '' ? '' : ` at ${where}`}`);
  }
  const { images, spent } = parsed.data;
  if (images.length !== at.length) throw new WrongAnswer(`${images.length} images, asked for ${at.length}`);
  const missing = new Set(at);
  for (const entry of images) {
    if (!missing.delete(entry.at))
      throw new WrongAnswer(`image ${entry.at + 1} was not asked for, or is there twice`);
    if (entry.id !== ids[entry.at]) throw new WrongAnswer(`image ${entry.at + 1} under another id`);
    const why = 'failed' in entry ? undefined : await refusal?.(network, entry satisfies JudgedEntry);
    if (why !== undefined) throw new WrongAnswer(`image ${entry.at + 1}: ${why}`);
  }
  // A reason goes on to terminals and files.
  const plain = images.map((entry): Entry => {
    if ('failed' in entry) return { ...entry, failed: new BenchError(entry.failed).message };
    if (entry.missing === undefined) return entry;
    return { ...entry, missing: new BenchError(entry.missing).message };
  });
  return { worker: workerOf(answer), images: plain, spent };
}
