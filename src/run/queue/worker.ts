import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { BenchError, messageOf } from '../../base/errors.js';
import { plainText } from '../../base/quote.js';
import type { LoadedConfig } from '../../config/load.js';
import { usesGrabCut } from '../../experiments/localization/boxes.js';
import { engineLine } from '../engine-choice.js';
import { withExplainers } from '../explainers.js';
import { difference } from '../journal/header.js';
import { openRun } from '../run-input.js';
import { codeHash, versions } from '../versions.js';
import type { QueueAddress } from './address.js';
import type { BatchResult } from './batch-job.js';
import { connectRedis, disconnect } from './connect.js';
import { batchProcessor } from './process-batch.js';
import { withPlainNotes } from './queue-reporter.js';
import { publishedRuns, type RunNotice } from './registry.js';
import { takeBatches } from './take-batches.js';

interface WorkerOptions {
  readonly address: QueueAddress;
  /** Where this machine has its data and models; without it, where the coordinator has them. */
  readonly loaded?: LoadedConfig | undefined;
  /** Milliseconds without a sign of life after which a worker's batches are given to others. */
  readonly lease: number;
  /** Wait for another run when one is over. */
  readonly stay: boolean;
  readonly note: (line: string) => void;
  readonly onDone: (result: BatchResult) => void;
  /** Once aborted, the batches at work are finished and no others taken. */
  readonly stop: AbortSignal;
}

/** Milliseconds between looks for a run while there is none. */
const LOOK = 1000;

/**
 * Waits for a run, computes its batches until it is over, and looks for the next.
 *
 * @throws BenchError when Redis cannot be reached at the start, or when every run there is is another's: of another
 *   version of the program, another model, other data
 */
export async function work(ownOptions: WorkerOptions): Promise<void> {
  const options = withPlainNotes(ownOptions);
  const { address, stop } = options;
  const client = await connectRedis(address, options.note);
  let abandon = () => {};
  // Without Redis there is nobody to hand the batches at work to: they are done again elsewhere.
  const abandoned = new Promise<void>((resolve) => {
    abandon = resolve;
  });
  const onStop = () => {
    if (client.status !== 'ready') abandon();
  };
  stop.addEventListener('abort', onStop);
  try {
    await Promise.race([serveRuns(client, options), abandoned]);
  } catch (error) {
    if (stop.aborted) return;
    if (error instanceof BenchError) throw error;
    throw new BenchError(`${address.label}: ${address.redact(messageOf(error))}`);
  } finally {
    stop.removeEventListener('abort', onStop);
    disconnect(client);
  }
}

async function serveRuns(client: Redis, options: WorkerOptions): Promise<void> {
  const { stop, stay, note, address } = options;
  const refusals = new Map<string, BenchError>();
  let hasServed = false;
  let isAnnounced = false;
  while (!stop.aborted) {
    const runs = await publishedRuns(client);
    const [key, notice] = [...runs].find(([name]) => !refusals.has(name)) ?? [];
    if (key !== undefined && notice === undefined) {
      const refusal = new Refusal(`run ${key}: its notice is none of this program's, and is left alone`);
      refusals.set(key, refusal);
      note(refusal.message);
      continue;
    }
    if (key !== undefined && notice !== undefined) {
      isAnnounced = false;
      try {
        await serve(client, key, notice, options);
        hasServed = true;
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        refusals.set(key, error);
        if (stay || runs.size > 1) note(error.message);
      }
      continue;
    }
    const refusal = [...refusals].findLast(([name]) => runs.has(name))?.[1];
    if (refusal !== undefined && !hasServed && !stay) throw refusal;
    if (hasServed && !stay) return;
    if (!isAnnounced) note(`waiting for a run at ${address.label}`);
    isAnnounced = true;
    await pause(LOOK, undefined, { signal: stop }).catch(() => {});
  }
}

/** The run is not one that this worker can help with. */
class Refusal extends BenchError {
  override readonly name = 'Refusal';
}

const ADVICE =
  'a worker needs the same program, models and data; where they lie elsewhere, give it the configuration: bench worker CONFIG';

async function serve(
  client: Redis,
  key: string,
  { name, identity, heldOut }: RunNotice,
  options: WorkerOptions,
): Promise<void> {
  // The program first: what another version wrote need not mean here what it meant there.
  const program = {
    ...(await versions(identity.config.engine, usesGrabCut(identity.config))),
    code: await codeHash(),
  };
  refuseOthers(name, difference(identity, { ...identity, program }));
  const { loaded, experiment, dataset, ids } = await own(name, async () => {
    // What travels has its α and its held-out images settled; a configuration of our own settles them anew.
    const input = options.loaded
      ? await openRun(options.loaded, identity.shard)
      : await openRun({ name, path: '', config: identity.config }, identity.shard, heldOut);
    refuseOthers(name, difference(identity, input.identity));
    return input;
  });
  const { config } = loaded;
  const compiling = (network: string) => options.note(`${name}: compiling ${network}`);
  await withExplainers(
    config,
    config.networks,
    dataset,
    experiment.needs,
    { compiling },
    async (compiled) => {
      options.note(`${name}: at work; ${engineLine(config)}`);
      const worker = `${hostname()}:${process.pid}`;
      const compute = batchProcessor({ worker, config, experiment, dataset, ids, compiled });
      await takeBatches({ ...options, client, key, process: compute });
    },
  );
  if (!options.stop.aborted) options.note(`${name}: over`);
}

function refuseOthers(name: string, changed: string | undefined): void {
  if (changed !== undefined)
    throw new Refusal(`run ${name} is refused: ${plainText(changed, 1000)}; ${ADVICE}`);
}

/** What is missing here is this worker's fault, not the run's. */
async function own<T>(name: string, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    if (error instanceof Refusal || !(error instanceof BenchError)) throw error;
    throw new Refusal(`run ${name} is refused: ${error.message}; ${ADVICE}`);
  }
}
