import type { LoadedConfig } from '../config/load.js';
import type { JudgedEntry } from './journal/entries.js';
import type { JournalWriter } from './journal/file.js';
import type { RunIdentity } from './journal/header.js';
import type { Work } from './pending.js';

/** What others compute for us. */
export interface Distribution {
  readonly loaded: LoadedConfig;
  readonly identity: RunIdentity;
  /** The images of the run, in its order. */
  readonly ids: readonly string[];
  /** Images of the data set that are left out. */
  readonly heldOut: readonly string[];
  /** What is left to do, one per network. */
  readonly work: readonly Work[];
  /**
   * Holds an entry that a worker sent against what the experiment's records look like; without it, anything goes.
   * @returns why it is none, undefined when it is one
   */
  readonly refusal?: ((network: number, entry: JudgedEntry) => Promise<string | undefined>) | undefined;
  /** Where every finished batch goes. */
  readonly journal: JournalWriter;
  /** Once aborted, the batches at work are finished and no others begun. */
  readonly stop?: AbortSignal | undefined;
}

/** Has the work done somewhere else; the journal holds it afterwards, or what there is of it when stopped. */
export type Distribute = (distribution: Distribution) => Promise<void>;
