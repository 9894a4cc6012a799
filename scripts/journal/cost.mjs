/*
 * What the journal costs per image: appends a run's own records, one by one, in three ways, and prints medians.
 * Needs `npm run build`. Usage: node scripts/journal/cost.mjs JOURNAL FOLDER [ROUNDS]
 * JOURNAL: a journal.jsonl of a run with --batch 1; FOLDER: where to write, on the disk that is to be measured.
 */
import { mkdir, open, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createJournal, JournalWriter } from '../../dist/run/journal/file.js';
import { withFolderLock } from '../../dist/run/journal/lock.js';
import { decodeRecord, encodeRecord } from '../../dist/run/journal/record.js';

const [source, folder, rounds = '5'] = process.argv.slice(2);
const lines = (await readFile(source, 'utf8')).trimEnd().split('\n');
const [header, ...records] = lines.map((line) => decodeRecord(Buffer.from(line)));
const path = join(folder, 'journal-cost.jsonl');
await mkdir(folder, { recursive: true });

async function timed(work) {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

function summary(name, times) {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share) => sorted[Math.floor(share * (sorted.length - 1))].toFixed(3);
  const mean = (times.reduce((sum, time) => sum + time, 0) / times.length).toFixed(3);
  console.log(
    `${name}: median ${at(0.5)} ms, 90 % ${at(0.9)} ms, mean ${mean} ms of ${times.length} records`,
  );
}

const [encoding, journaled, synced] = [[], [], []];
for (let round = 0; round < Number(rounds); round++) {
  for (const record of records) encoding.push(await timed(async () => encodeRecord(record)));
  await withFolderLock(folder, async (lock) => {
    const writer = await JournalWriter.open(path, await createJournal(path, header, lock), lock);
    for (const record of records) journaled.push(await timed(() => writer.append(record)));
    journaled.push(await timed(() => writer.close()));
  });
  const file = await open(path, 'w');
  for (const record of records) {
    synced.push(
      await timed(async () => {
        await file.write(encodeRecord(record));
        await file.datasync();
      }),
    );
  }
  await file.close();
}
await rm(path);
console.log(`${((await stat(source)).size / records.length).toFixed(0)} bytes a record`);
summary('encoding and checksum alone', encoding);
summary('journaled, synced once a second', journaled);
summary('synced after every record', synced);
