import { Job, type Queue } from 'bullmq';
import { messageOf } from '../../base/errors.js';
import { ATTEMPTS, type BatchJob, type BatchResult } from './batch-job.js';

/** A job that no worker has any more. */
export interface FinishedJob {
  readonly id: string;
  /** What it asked for and what came of it, as they are in Redis; undefined: it is not there any more. */
  readonly job: { readonly data: unknown; readonly returnvalue: unknown } | undefined;
  /** Why it was given up; undefined for one with an answer. */
  readonly failure: string | undefined;
}

const UNREADABLE = { data: undefined, returnvalue: undefined, failedReason: undefined };

/** The jobs of a state that came first, `most` at most. */
async function inState(queue: Queue, state: 'completed' | 'failed', most: number): Promise<FinishedJob[]> {
  const ids = await queue.getRanges([state], 0, most - 1, true);
  return Promise.all(
    ids.map(async (id) => {
      // What cannot be read must not keep the others from being.
      const job = await Job.fromId(queue, id).catch(() => UNREADABLE);
      const failure = state === 'failed' ? String(job?.failedReason ?? 'no reason given') : undefined;
      return { id, job, failure };
    }),
  );
}

export async function finishedJobs(queue: Queue, most: number): Promise<readonly FinishedJob[]> {
  const both = await Promise.all([inState(queue, 'completed', most), inState(queue, 'failed', most)]);
  return both.flat();
}

/**
 * Images whose batch was given up.
 * @param ids of all images of the run
 */
export function givenUp(
  { at }: BatchJob,
  failure: string,
  ids: readonly string[],
): Pick<BatchResult, 'images' | 'spent'> {
  const failed = `its batch was given up after ${ATTEMPTS} attempts: ${reasonOf(failure)}`;
  const images = at.map((position) => ({ at: position, id: ids[position]!, failed }));
  return { images, spent: [0, 0, 0, 0, 0] };
}

/** BullMQ's words for a batch whose workers fell silent, in ours. */
function reasonOf(said: string): string {
  if (!/stalled more than/.test(said)) return messageOf(said).slice(0, 2000);
  return 'its workers died, of it or of another that they had at the same time';
}
