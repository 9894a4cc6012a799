import { appendFile, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EntryReader, readJournal } from '../../../src/run/journal/contents.js';
import type { BatchRecord } from '../../../src/run/journal/entries.js';
import { createJournal, JournalWriter } from '../../../src/run/journal/file.js';
import { decodeRecord, encodeRecord } from '../../../src/run/journal/record.js';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-journal-'));
  path = join(folder, 'journal.jsonl');
});
afterEach(() => rm(folder, { recursive: true }));

const header = { journal: 2, data: { images: 6 }, networks: [{}, {}] };
const batch = (network: number, ...positions: number[]): BatchRecord => ({
  ...{ kind: 'batch', network, spent: [1, 2, 3, 4, 5] },
  images: positions.map((at) => ({ at, id: `é${at}\n`, failed: 'x'.repeat(at) })),
});
const records = [batch(0, 0, 1), batch(0, 2, 3), batch(1, 0), batch(0, 4, 5)];

async function write(): Promise<number[]> {
  const ends = [await createJournal(path, header)];
  const writer = await JournalWriter.open(path, ends[0]!);
  for (const record of records) {
    await writer.append(record);
    ends.push((await readFile(path)).length);
  }
  await writer.close();
  return ends;
}

const held = (length: Uint32Array) => [...length.keys()].filter((at) => length[at]! > 0);

describe('a record', () => {
  it('is a line of JSON behind its checksum', () => {
    const line = encodeRecord({ a: 'ü\n' });
    expect(line.toString()).toMatch(/^[0-9a-f]{16} \{"a":"ü\\n"\}\n$/);
    expect(decodeRecord(line.subarray(0, -1))).toEqual({ a: 'ü\n' });
  });

  it('is refused with any single bit changed', () => {
    const line = encodeRecord({ a: 1 }).subarray(0, -1);
    for (let bit = 0; bit < line.length * 8; bit++) {
      const damaged = Buffer.from(line);
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      expect(decodeRecord(damaged)).toBeUndefined();
    }
  });
});

describe('a journal', () => {
  it('tells which images it holds, and gives them back', async () => {
    await write();
    const journal = (await readJournal(path))!;
    expect(journal.places.map(({ length }) => held(length))).toEqual([[0, 1, 2, 3, 4, 5], [0]]);
    expect(journal.spent[0]).toEqual([3, 6, 9, 12, 15]);
    const reader = await EntryReader.open(journal);
    expect(await reader.read(0, 3)).toEqual({ at: 3, id: 'é3\n', failed: 'xxx' });
    expect(await reader.read(1, 0)).toEqual({ at: 0, id: 'é0\n', failed: '' });
    expect(await reader.read(1, 5)).toBeUndefined();
    await reader.close();
    expect(await readdir(folder)).toEqual(['journal.jsonl']);
  });

  it('cut at any byte, holds the records that are whole, and goes on behind them', async () => {
    const ends = await write();
    const whole = await readFile(path);
    for (let cut = whole.length; cut >= 0; cut--) {
      await writeFile(path, whole.subarray(0, cut));
      const kept = ends.filter((end) => end <= cut).length;
      const journal = await readJournal(path);
      if (kept === 0) {
        expect(journal).toBeUndefined();
        continue;
      }
      expect(journal!.end).toBe(ends[kept - 1]);
      expect(journal!.damaged).toBe(0);
      const writer = await JournalWriter.open(path, journal!.end);
      for (const record of records.slice(kept - 1)) await writer.append(record);
      await writer.close();
      expect((await readFile(path)).equals(whole)).toBe(true);
    }
  });

  it('does a damaged record in the middle again, and no other', async () => {
    const ends = await write();
    const bytes = await readFile(path);
    bytes[ends[1]! + 30]! ^= 1;
    await writeFile(path, bytes);
    const journal = (await readJournal(path))!;
    expect(journal.damaged).toBe(1);
    expect(held(journal.places[0]!.length)).toEqual([0, 1, 4, 5]);
  });

  it('believes the last word on an image', async () => {
    await write();
    const before = (await readJournal(path))!;
    expect(before.places[0]!.failed[2]).toBe(1);
    const writer = await JournalWriter.open(path, before.end);
    const entry = { at: 2, id: 'two', truth: 't', scaled: false, record: { any: ['01'] } };
    await writer.append({ ...batch(0), images: [entry] });
    await writer.close();
    const journal = (await readJournal(path))!;
    expect(journal.places[0]!.failed[2]).toBe(0);
    const reader = await EntryReader.open(journal);
    expect(await reader.read(0, 2)).toEqual(entry);
    await reader.close();
  });

  it('refuses a damaged header while batches follow, and another format', async () => {
    await write();
    const bytes = await readFile(path);
    bytes[20]! ^= 1;
    await writeFile(path, bytes);
    await expect(readJournal(path)).rejects.toThrow(/first line is damaged; use --fresh/);
    await createJournal(path, { ...header, journal: 1 });
    await expect(readJournal(path)).rejects.toThrow(/format 1/);
  });

  it('is none without a file, or in an empty one', async () => {
    expect(await readJournal(path)).toBeUndefined();
    await appendFile(path, '');
    expect(await readJournal(path)).toBeUndefined();
  });

  it('cuts off what lies behind the end before it appends', async () => {
    const ends = await write();
    await truncate(path, ends.at(-1)! - 1);
    const { end } = (await readJournal(path))!;
    expect(end).toBe(ends.at(-2));
    const writer = await JournalWriter.open(path, end);
    await writer.close();
    expect((await readFile(path)).length).toBe(end);
  });
});
