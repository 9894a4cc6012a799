import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withFolderLock } from '../../../src/run/journal/lock.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-lock-'));
});
afterEach(() => rm(folder, { recursive: true }));

const lock = (holder: unknown) => writeFile(join(folder, '.lock'), JSON.stringify(holder));
const taken = () => withFolderLock(folder, async () => 'done');

describe('withFolderLock', () => {
  it('leaves nothing behind, whether the work succeeds or not', async () => {
    expect(await taken()).toBe('done');
    await expect(withFolderLock(folder, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await readdir(folder)).toEqual([]);
  });

  it('refuses a lock that cannot be read, rather than to wait for it for ever', async () => {
    await mkdir(join(folder, '.lock'));
    await expect(taken()).rejects.toThrow(/\.lock: cannot be read \(EISDIR.*\); choose another --out$/);
    expect(await readdir(folder)).toEqual(['.lock']);
  });

  it('refuses while a process of this machine lives that has it, and takes it over afterwards', async () => {
    const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)']);
    const text = await readFile(`/proc/${child.pid}/stat`, 'utf8').catch(() => '');
    const started = text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? '';
    await lock({ host: hostname(), pid: child.pid, started });
    await expect(taken()).rejects.toThrow(`process ${child.pid} on ${hostname()} writes there`);
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
    expect(await taken()).toBe('done');
  });

  it.skipIf(process.platform !== 'linux')('sees that a number was given to another process', async () => {
    await lock({ host: hostname(), pid: process.ppid, started: '1' });
    expect(await taken()).toBe('done');
  });

  it.skipIf(process.platform !== 'linux')(
    'takes over from a process that ended and was not waited for',
    async () => {
      // `exec`: the shell becomes a process that never waits for its child.
      const parent = spawn('sh', ['-c', 'sleep 0.05 & echo $!; exec sleep 60']);
      const pid = Number(await new Promise<Buffer>((resolve) => parent.stdout.once('data', resolve)));
      const status = () => readFile(`/proc/${pid}/stat`, 'utf8');
      const started = (await status()).split(') ')[1]!.split(' ')[19];
      while (!(await status()).includes(') Z ')) await new Promise((resolve) => setTimeout(resolve, 10));
      await lock({ host: hostname(), pid, started });
      expect(await taken()).toBe('done');
      parent.kill('SIGKILL');
    },
  );

  it('believes another machine for two minutes', async () => {
    await lock({ host: 'elsewhere', pid: 1, started: '1' });
    await expect(taken()).rejects.toThrow('process 1 on elsewhere');
    await expect(taken()).rejects.toThrow(/wait for it \(if it is gone, its lock is free in (119|120) s\)/);
    const before = new Date(Date.now() - 121_000);
    await utimes(join(folder, '.lock'), before, before);
    expect(await taken()).toBe('done');
  });

  it('takes over a lock that holds nothing', async () => {
    await writeFile(join(folder, '.lock'), '');
    expect(await taken()).toBe('done');
  });

  it('takes a lock again that this process could not give back', async () => {
    let text = '';
    await withFolderLock(folder, async () => {
      text = await readFile(join(folder, '.lock'), 'utf8');
    });
    await writeFile(join(folder, '.lock'), text);
    expect(await taken()).toBe('done');
  });

  it('refuses another’s of the same host and number: a container’s, for all that one can see', async () => {
    let holder: Record<string, unknown> = {};
    await withFolderLock(folder, async () => {
      holder = JSON.parse(await readFile(join(folder, '.lock'), 'utf8'));
    });
    const token = '6f1b7a57-54c8-4aa2-a7f2-8b0a9a3c5a10';
    for (const change of [{}, { machine: 'another pid:[1]' }, { machine: undefined, started: '1' }]) {
      await lock({ ...holder, token, ...change });
      await expect(taken()).rejects.toThrow(`process ${process.pid} on ${hostname()} writes there`);
      const before = new Date(Date.now() - 121_000);
      await utimes(join(folder, '.lock'), before, before);
      expect(await taken()).toBe('done');
    }
  });

  it('refuses a second time in this process', async () => {
    await withFolderLock(folder, async () => {
      await expect(taken()).rejects.toThrow(`process ${process.pid} on ${hostname()} writes there`);
    });
    expect(await readdir(folder)).toEqual([]);
  });
});
