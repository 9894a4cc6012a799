import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AtomicWriter, hashFile, hashText, writeAtomically } from '../../src/run/files.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-files-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('files of a run', () => {
  it('keep the earlier file until the new one is complete', async () => {
    const path = join(folder, 'images.csv');
    await writeFile(path, 'old');
    const writer = await AtomicWriter.open(path);
    await writer.write('a\n');
    await writer.write('b\n');
    expect(await readFile(path, 'utf8')).toBe('old');
    await writer.finish();
    expect(await readFile(path, 'utf8')).toBe('a\nb\n');
    expect(await readdir(folder)).toEqual(['images.csv']);
  });
  it('leave nothing behind when a run fails', async () => {
    const writer = await AtomicWriter.open(join(folder, 'images.csv'));
    await writer.write('half');
    await writer.abandon();
    expect(await readdir(folder)).toEqual([]);
  });
  it('hash what they hold', async () => {
    const path = join(folder, 'x');
    await writeAtomically(path, 'abc');
    expect(await hashFile(path)).toBe(hashText('abc'));
    expect(hashText('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });
});
