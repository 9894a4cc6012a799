import type { Job } from 'bullmq';
import { messageOf } from '../../errors.js';
import { ATTEMPTS, type BatchJob, type BatchResult } from './batch-job.js';

export type FinishedJob = Job<BatchJob, BatchResult, string>;

/**
 * What a finished job says of its images: its worker's results, or that its batch was given up.
 * @param ids of all images of the run
 */
export function answerOf(
  { data, returnvalue, failedReason }: Pick<FinishedJob, 'data' | 'returnvalue' | 'failedReason'>,
  ids: readonly string[],
): Pick<BatchResult, 'images' | 'spent'> {
  if (returnvalue) return returnvalue;
  const failed = `its batch was given up after ${ATTEMPTS} attempts: ${reasonOf(failedReason)}`;
  const images = data.at.map((position) => ({ at: position, id: ids[position]!, failed }));
  return { images, spent: [0, 0, 0, 0, 0] };
}

/** BullMQ's words for a batch whose workers fell silent, in ours. */
function reasonOf(said: string): string {
  if (!/stalled more than/.test(said)) return messageOf(said);
  return 'its workers died, of it or of another that they had at the same time';
}
