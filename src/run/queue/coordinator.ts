import { BenchError, messageOf } from '../../base/errors.js';
import type { Distribute, Distribution } from '../distribution.js';
import type { QueueAddress } from './address.js';
import { connectRedis, disconnect } from './connect.js';
import { Coordination } from './coordination.js';
import { withCoordinatorLock } from './coordinator-lock.js';
import { type QueueReporter, withPlainNotes } from './queue-reporter.js';
import { runKey } from './registry.js';

interface Coordinator {
  /** Hands the work out as jobs of a queue on Redis and journals what comes back. */
  readonly distribute: Distribute;
  close(): void;
}

/**
 * Connects first: a Redis that is not there is found out before anything is computed or written.
 * @throws BenchError when Redis cannot be reached or refuses us; `distribute` when another coordinates the run
 */
export async function connectCoordinator(
  address: QueueAddress,
  ownReporter: QueueReporter,
): Promise<Coordinator> {
  const reporter = withPlainNotes(ownReporter);
  const client = await connectRedis(address, reporter.note);
  const distribute = async (run: Distribution): Promise<void> => {
    const key = runKey(run.identity);
    try {
      await withCoordinatorLock(client, key, reporter.note, (lock) =>
        new Coordination(client, key, run, reporter, lock).work(),
      );
    } catch (error) {
      if (error instanceof BenchError) throw error;
      throw new BenchError(`${address.label}: ${address.redact(messageOf(error))}`);
    }
  };
  return { distribute, close: () => disconnect(client) };
}
