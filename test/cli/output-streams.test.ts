import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bench, makeWorld, PACKAGE } from './world.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-streams-'));
  await makeWorld(folder);
  await bench(folder, ['run', 'world.yaml', '--out', 'results']);
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs `bench` with what it writes going elsewhere. @returns exit status, and what it says on a stderr that is read */
async function benchInto(
  args: readonly string[],
  streams: { readonly stdout?: string; readonly stderr?: string; readonly closed?: boolean },
): Promise<{ readonly status: number | null; readonly said: string }> {
  const files = await Promise.all(
    [streams.stdout, streams.stderr].map(async (path) => (path === undefined ? undefined : open(path, 'w'))),
  );
  const child = spawn(process.execPath, [join(PACKAGE, 'dist', 'cli', 'main.js'), ...args], {
    cwd: folder,
    stdio: ['ignore', files[0]?.fd ?? 'pipe', files[1]?.fd ?? 'pipe'],
  });
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  if (streams.closed === true) child.stdout?.destroy();
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve));
  for (const file of files) await file?.close();
  return { status, said };
}

describe('what is printed', () => {
  it.skipIf(!existsSync('/dev/full'))('is missed in one line when the disk is full', async () => {
    const { status, said } = await benchInto(['list'], { stdout: '/dev/full' });
    expect(said).toMatch(
      /^bench: what is printed here cannot be written \(ENOSPC.*\); files are not affected\n$/,
    );
    expect(status).toBe(1);
  });

  it.skipIf(!existsSync('/dev/full'))(
    'may be lost: a run whose progress cannot be written is completed',
    async () => {
      const { status } = await benchInto(['run', 'world.yaml', '--out', 'unheard'], { stderr: '/dev/full' });
      expect(status).toBe(0);
      expect(await readdir(join(folder, 'unheard'))).toEqual(await readdir(join(folder, 'results')));
    },
  );

  it('leaves the exit status as it is when nobody reads it any more', async () => {
    const table = await readFile(join(folder, 'results', 'table.csv'), 'utf8');
    await writeFile(join(folder, 'better.csv'), table.replaceAll('center-box', 'other-box'));
    const args = ['check', 'results', '--baseline', 'better.csv'];
    expect(await benchInto(args, { closed: true })).toEqual({ status: 1, said: '' });
    expect(await benchInto(['check', 'results', '--baseline', 'results'], { closed: true })).toEqual({
      status: 0,
      said: '',
    });
  });
});
