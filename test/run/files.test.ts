import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  AtomicWriter,
  checkWritable,
  hashFile,
  hashText,
  makeFolder,
  writeAtomically,
} from '../../src/run/files.js';
import { PACKAGE } from '../cli/world.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-files-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** What a program of one line says under `ulimit -f`: its files may not grow beyond so many blocks of 1024 bytes. */
function limited(blocks: number, program: string): Promise<string> {
  const script = `ulimit -f ${blocks}; exec "$0" -e "$1"`;
  return new Promise((resolve) => {
    execFile('bash', ['-c', script, process.execPath, program], (_error, stdout) => resolve(stdout.trim()));
  });
}

describe('the folder of the results', () => {
  it('is not made where a link leads nowhere, which is said', async () => {
    await symlink('gone', join(folder, 'link'));
    const said = `the folder of the results cannot be made (${join(folder, 'link')} is a link to gone, which is not there)`;
    await expect(makeFolder(join(folder, 'link'))).rejects.toThrow(said);
    await expect(makeFolder(join(folder, 'link/deeper/still'))).rejects.toThrow(said);
    await symlink('round', join(folder, 'round'));
    await expect(makeFolder(join(folder, 'round'))).rejects.toThrow('is a link to round, which is not there');
    await mkdir(join(folder, 'gone'));
    await makeFolder(join(folder, 'link/deeper/still'));
    expect(existsSync(join(folder, 'gone/deeper/still'))).toBe(true);
  });
});

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
  it('are whole or not there where the disk takes a part of the last text', async () => {
    const path = join(folder, 'images.csv');
    const program = `(async () => {
      process.on('SIGXFSZ', () => {});
      const { AtomicWriter } = await import(${JSON.stringify(join(PACKAGE, 'dist/run/files.js'))});
      const writer = await AtomicWriter.open(${JSON.stringify(path)});
      try {
        await writer.write('x'.repeat(3000));
        await writer.finish();
        console.log('written');
      } catch (error) {
        await writer.abandon();
        console.log(error.code);
      }
    })();`;
    expect(await limited(1, program)).toBe('EFBIG');
    expect(await readdir(folder)).toEqual([]);
    expect(await limited(3, program)).toBe('written');
    expect((await readFile(path)).length).toBe(3000);
  });

  it('leave no temporary file when they cannot be put in place', async () => {
    await mkdir(join(folder, 'table.csv'));
    await expect(writeAtomically(join(folder, 'table.csv'), 'a')).rejects.toThrow('EISDIR');
    expect(await readdir(folder)).toEqual(['table.csv']);
  });

  it('are checked before the work', async () => {
    await checkWritable(join(folder, 'new'));
    await writeFile(join(folder, 'old'), 'kept');
    await checkWritable(join(folder, 'old'));
    expect(await readFile(join(folder, 'old'), 'utf8')).toBe('kept');
    await mkdir(join(folder, 'folder'));
    await expect(checkWritable(join(folder, 'folder'))).rejects.toThrow('EISDIR');
    await expect(checkWritable(join(folder, 'no', 'new'))).rejects.toThrow('ENOENT');
    expect((await readdir(folder)).sort()).toEqual(['folder', 'old']);
  });
});

describe('makeFolder', () => {
  it('makes what is missing of a path, and takes what is there', async () => {
    await makeFolder(join(folder, 'a', 'b', 'c'));
    await makeFolder(join(folder, 'a', 'b', 'c'));
    await symlink(join(folder, 'a'), join(folder, 'link'));
    await makeFolder(join(folder, 'link', 'b', 'd'));
    expect((await readdir(join(folder, 'a', 'b'))).sort()).toEqual(['c', 'd']);
  });

  it('refuses a file in the way, a link to nowhere, and a place that takes no folders', async () => {
    const refused = 'the folder of the results cannot be made';
    await writeFile(join(folder, 'file'), '');
    await symlink(join(folder, 'nowhere', 'else'), join(folder, 'link'));
    await expect(makeFolder(join(folder, 'file'))).rejects.toThrow(refused);
    await expect(makeFolder(join(folder, 'file', 'x', 'y'))).rejects.toThrow(refused);
    await expect(makeFolder(join(folder, 'link'))).rejects.toThrow(refused);
    await expect(makeFolder(join(folder, 'link', 'x'))).rejects.toThrow(refused);
    // Node's own recursive mkdir never comes back from there.
    if (existsSync('/proc/self')) await expect(makeFolder('/proc/results')).rejects.toThrow(refused);
  });
});
