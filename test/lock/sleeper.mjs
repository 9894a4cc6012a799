// Holds a folder's lock, falls asleep (SIGSTOP) at the worst moment that its first argument names, and goes on when woken.
// Started by the tests with the folder of the built program, in a machine's name of its own.
import { rename } from 'node:fs/promises';
import { join } from 'node:path';

const [moment, folder, dist] = process.argv.slice(2);
const { withFolderLock } = await import(join(dist, 'run/journal/lock.js'));
const { createJournal, JournalWriter } = await import(join(dist, 'run/journal/file.js'));
const { AtomicWriter, writeAtomically } = await import(join(dist, 'run/files.js'));

const journal = join(folder, 'journal.jsonl');
const table = join(folder, 'table.csv');
const header = { journal: 2, data: { images: 6 }, networks: [{}] };
const batch = (at) => ({
  kind: 'batch',
  network: 0,
  images: [{ at, id: 'sleeper', failed: 'sleeper' }],
  spent: [0, 0, 0, 0, 0],
});

const sleep = () => {
  process.stdout.write('asleep\n');
  process.kill(process.pid, 'SIGSTOP');
};
/** Every look at the lock is behind it: it sleeps between the last look and the deed. */
const drowsy = (lock) => ({
  check: () => lock.check(),
  staged: (path) => lock.staged(path),
  publish: async (path) => {
    await lock.check();
    sleep();
    await rename(lock.staged(path), path);
  },
});

const moments = {
  'before its journal gets its name': (lock) => createJournal(journal, header, drowsy(lock)),
  'before the copy of a journal takes its place': async (lock) => {
    const end = await createJournal(journal, header, lock);
    await JournalWriter.open(journal, end, drowsy(lock));
  },
  'between the look at the lock and the record': async (lock) => {
    const end = await createJournal(journal, header, lock);
    let looked = 0;
    const place = {
      ...drowsy(lock),
      publish: (path) => lock.publish(path),
      check: async () => {
        await lock.check();
        if (++looked === 2) sleep();
      },
    };
    const writer = await JournalWriter.open(journal, end, place);
    await writer.append(batch(0));
    await writer.append(batch(1));
    await writer.append(batch(2));
    await writer.close();
  },
  'before a table gets its name': (lock) => writeAtomically(table, 'of the sleeper\n', drowsy(lock)),
  'before a table that grew gets its name': async (lock) => {
    const writer = await AtomicWriter.open(table, drowsy(lock));
    await writer.write('of the sleeper\n');
    await writer.finish();
  },
  'before it begins a file': async (lock) => {
    sleep();
    await writeAtomically(table, 'of the sleeper\n', lock);
  },
  'before it gives the lock back': async () => sleep(),
};

try {
  await withFolderLock(folder, moments[moment], { heartbeat: 50 });
  console.log('done');
} catch (error) {
  console.log(`${error.name}: ${error.message}`);
}
