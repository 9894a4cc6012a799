import type { CommandModule } from 'yargs';
import { loadConfig } from '../config/load.js';
import { QueueAddress } from '../run/queue/address.js';
import { setOption, UsageError, wholeNumber } from './arguments.js';
import { stopOnSignals } from './signals.js';
import { workerProgress } from './worker-progress.js';

interface Arguments {
  config: string | undefined;
  queue: string;
  set: string[];
  lease: number;
  stay: boolean;
}

export const workerCommand: CommandModule<object, Arguments> = {
  command: 'worker [config]',
  describe: 'compute batches for `bench run --queue`',
  builder: (yargs) =>
    yargs
      .positional('config', {
        type: 'string',
        describe: "the run's configuration, if this machine has data or models in another place",
      })
      .option('queue', {
        type: 'string',
        demandOption: true,
        describe: 'Redis: redis://HOST:PORT, rediss:// for TLS; $NAME in braces is an environment variable',
      })
      .option('set', setOption('with CONFIG: change a key of it: a.b=c, may be repeated'))
      .option('lease', {
        type: 'number',
        coerce: wholeNumber('lease', 1, 86_400),
        default: 30,
        describe: 'seconds without a sign of life after which the batches of a worker are given to others',
      })
      .option('stay', {
        type: 'boolean',
        default: false,
        describe: 'wait for another run when one is over',
      }) as never,
  handler: async ({ config, queue, set, lease, stay }) => {
    if (config === undefined && set.length > 0)
      throw new UsageError('--set changes a CONFIG: none was given');
    const address = QueueAddress.parse(queue, process.env);
    const loaded = config === undefined ? undefined : await loadConfig(config, { set });
    const signals = stopOnSignals();
    const progress = workerProgress();
    try {
      const { stop } = signals;
      // The queue's libraries take longer to load than all the rest: only when they are needed.
      const { work } = await import('../run/queue/worker.js');
      await work({ address, loaded, lease: 1000 * lease, stay, ...progress, stop });
      if (!stop.aborted) return;
      progress.note(
        `stopped after ${progress.done()} images; the run goes on without it, the same command helps again`,
      );
      // The networks' threads, and what waits for a Redis that is away, would hold the process.
      process.exit(signals.exitCode());
    } finally {
      signals.release();
    }
  },
};
