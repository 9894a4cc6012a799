import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeAtomically } from '../../src/run/files.js';
import { readJournal } from '../../src/run/journal/contents.js';
import type { BatchRecord } from '../../src/run/journal/entries.js';
import { createJournal, JournalWriter } from '../../src/run/journal/file.js';
import { withFolderLock } from '../../src/run/journal/lock.js';
import { elsewhere, NAMES } from './namespaces.js';

/* A holder that sleeps at the worst moment, loses its lock, and wakes up: nothing of the new holder's changes. */

const SLEEPER = fileURLToPath(new URL('./sleeper.mjs', import.meta.url));
const DIST = fileURLToPath(new URL('../../dist', import.meta.url));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-sleeper-'));
});
afterEach(() => rm(folder, { recursive: true }));

interface Sleeper {
  readonly pid: number;
  wake(): Promise<string>;
}

async function asleep(moment: string): Promise<Sleeper> {
  const [program, args] = elsewhere(process.execPath, [SLEEPER, moment, folder, DIST]);
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  const ended = new Promise<string>((resolve) => child.once('close', () => resolve(said.trim())));
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const state = async () => (await readFile(`/proc/${child.pid}/stat`, 'utf8')).split(') ')[1]![0];
  while (!said.includes('asleep') || (await state()) !== 'T') {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return {
    pid: child.pid!,
    wake: async () => {
      child.kill('SIGCONT');
      return (await ended).replace('asleep\n', '');
    },
  };
}

const header = { journal: 2, data: { images: 6 }, networks: [{}] };
const batch = (at: number): BatchRecord => ({
  ...{ kind: 'batch', network: 0, spent: [0, 0, 0, 0, 0] },
  images: [{ at, id: 'new', failed: 'new' }],
});

/** Every file of the folder, with its bytes. */
async function contents(): Promise<Record<string, string>> {
  const names = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((file) =>
    file.isFile(),
  );
  const texts = names.map(async ({ parentPath, name }) => {
    const path = join(parentPath, name);
    return [path, await readFile(path, 'utf8')] as const;
  });
  return Object.fromEntries(await Promise.all(texts));
}

const MOMENTS = [
  'before its journal gets its name',
  'before the copy of a journal takes its place',
  'between the look at the lock and the record',
  'before a table gets its name',
  'before a table that grew gets its name',
  'before it begins a file',
  'before it gives the lock back',
];

describe.skipIf(!NAMES)('a holder that falls asleep (skipped where unshare --uts is not allowed)', () => {
  it.each(MOMENTS)('%s, and wakes up under a new holder', async (moment) => {
    const sleeper = await asleep(moment);
    await expect(withFolderLock(folder, async () => {})).rejects.toThrow(
      `process ${sleeper.pid} on elsewhere writes there`,
    );
    const before = new Date(Date.now() - 121_000);
    await utimes(join(folder, '.lock'), before, before);
    await withFolderLock(folder, async (lock) => {
      const path = join(folder, 'journal.jsonl');
      const known = await readJournal(path);
      const end = known?.end ?? (await createJournal(path, header, lock));
      const writer = await JournalWriter.open(path, end, lock);
      await writer.append(batch(3));
      await writeAtomically(join(folder, 'table.csv'), 'of the new holder\n', lock);
      const now = await contents();
      expect(Object.keys(now).some((name) => name.endsWith('.lock'))).toBe(true);

      const said = await sleeper.wake();
      // Who only gives the lock back has nothing to complain of.
      if (moment === MOMENTS.at(-1)) expect(said).toBe('done');
      else {
        expect(said).toMatch(
          new RegExp(
            `^LockLost: .*: process ${process.pid} on .* has taken it over while this process gave no sign`,
          ),
        );
      }
      expect(await contents()).toEqual(now);
      // The new holder goes on as if nothing had been.
      await writer.append(batch(4));
      await writer.close();
    });
    const journal = (await readJournal(join(folder, 'journal.jsonl')))!;
    expect(journal.damaged).toBe(0);
    expect([...journal.places[0]!.length.keys()].filter((at) => journal.places[0]!.length[at]! > 0)).toEqual(
      moment === 'between the look at the lock and the record' ? [0, 3, 4] : [3, 4],
    );
    expect((await readdir(folder)).sort()).toEqual(['journal.jsonl', 'table.csv']);
  });

  it('and wakes up when the new holder is done and gone, too', async () => {
    const sleeper = await asleep('before a table gets its name');
    const before = new Date(Date.now() - 121_000);
    await utimes(join(folder, '.lock'), before, before);
    await withFolderLock(folder, (lock) => writeAtomically(join(folder, 'table.csv'), 'new\n', lock));
    expect(await sleeper.wake()).toMatch(
      /^LockLost: .*: its lock was taken away while this process gave no sign/,
    );
    expect(await readdir(folder)).toEqual(['table.csv']);
    expect(await readFile(join(folder, 'table.csv'), 'utf8')).toBe('new\n');
  });

  it('and wakes up in time keeps its lock', async () => {
    const sleeper = await asleep('before a table gets its name');
    expect(await sleeper.wake()).toBe('done');
    expect(await readdir(folder)).toEqual(['table.csv']);
  });
});
