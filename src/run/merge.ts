import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { BenchError } from '../base/errors.js';
import { makeFolder } from './files.js';
import { type JournalContents, readJournal } from './journal/contents.js';
import { difference, type RunIdentity } from './journal/header.js';
import { withFolderLock } from './journal/lock.js';
import { JOURNAL, refuseForeignResults } from './output-folder.js';
import { type BenchmarkResult, writeResults } from './results.js';
import { shardName, shardRange, WHOLE } from './shard.js';

interface MergeOptions {
  /** Folders with a journal each. */
  readonly folders: readonly string[];
  readonly out: string;
}

async function journalIn(folder: string): Promise<JournalContents> {
  const journal = await readJournal(join(folder, JOURNAL));
  if (journal !== undefined) return journal;
  throw new BenchError(`${folder}: no ${JOURNAL} of a run there; bench run CONFIG --shard I/N writes it`);
}

const withoutShard = (identity: RunIdentity): RunIdentity => ({ ...identity, shard: WHOLE });

/** @throws BenchError when two of the journals are not of the same run */
function checkAgreement(journals: readonly JournalContents[]): void {
  const [first, ...others] = journals;
  for (const other of others) {
    const changed = difference(withoutShard(first!.header), withoutShard(other.header));
    if (changed === undefined) continue;
    throw new BenchError(`${first!.path} and ${other.path} are not of one run: ${changed}`);
  }
}

/** Consecutive positions as `3–5`, counted from 1. */
function ranges(positions: readonly number[]): string {
  const parts: [number, number][] = [];
  for (const at of positions) {
    const last = parts.at(-1);
    if (last !== undefined && last[1] === at - 1) last[1] = at;
    else parts.push([at, at]);
  }
  const words = parts
    .slice(0, 5)
    .map(([from, to]) => (from === to ? `${from + 1}` : `${from + 1}–${to + 1}`));
  return `${words.join(', ')}${parts.length > 5 ? ', …' : ''}`;
}

/** Which of the shards that the given ones speak of are not there, or not complete. */
function shardsMissing(journals: readonly JournalContents[], positions: readonly number[]): string {
  const counts = [...new Set(journals.map(({ header }) => header.shard.count))];
  if (counts.length !== 1) return '';
  const count = counts[0]!;
  const { images } = journals[0]!.header.data;
  const lacking = Array.from({ length: count }, (_, i) => ({ index: i + 1, count })).filter((shard) => {
    const { from, to } = shardRange(shard, images);
    return positions.some((at) => at >= from && at < to);
  });
  const words = lacking.slice(0, 8).map((shard) => {
    const journal = journals.find(({ header }) => header.shard.index === shard.index);
    return journal === undefined ? `${shardName(shard)} not given` : `${journal.path} not complete`;
  });
  return ` (${words.join(', ')}${lacking.length > 8 ? ', …' : ''})`;
}

/** @throws BenchError unless every image of every network is in exactly one of the journals */
function checkCover(journals: readonly JournalContents[]): void {
  const { config, data } = journals[0]!.header;
  for (const [n, { name }] of config.networks.entries()) {
    const missing: number[] = [];
    for (let at = 0; at < data.images; at++) {
      const holders = journals.filter(({ places }) => places[n]!.length[at]! > 0);
      if (holders.length === 0) missing.push(at);
      if (holders.length > 1) {
        throw new BenchError(
          `network \`${name}\`: image ${at + 1} is both in ${holders[0]!.path} and in ${holders[1]!.path}`,
        );
      }
    }
    if (missing.length === 0) continue;
    throw new BenchError(
      `network \`${name}\`: ${missing.length} of ${data.images} images are missing, ${ranges(missing)}${shardsMissing(journals, missing)}`,
    );
  }
}

/**
 * Joins the shards of a run: the files that it would have written unsharded, byte for byte.
 * @throws BenchError when they are not of one run, or an image is missing or there twice
 */
export async function mergeShards({ folders, out }: MergeOptions): Promise<BenchmarkResult> {
  const journals: JournalContents[] = [];
  for (const folder of folders) journals.push(await journalIn(folder));
  checkAgreement(journals);
  checkCover(journals);
  await makeFolder(out);
  return withFolderLock(out, async (lock) => {
    await refuseForeignResults(out, 'choose another --out');
    if ((await readdir(out)).includes(JOURNAL)) {
      throw new BenchError(`${out} holds a run's journal; choose another --out for the merged results`);
    }
    return writeResults(out, journals, lock);
  });
}
