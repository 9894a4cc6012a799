import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { findingLines } from '../../src/cli/doctor.js';
import { nodeFinding, variableFindings } from '../../src/run/doctor.js';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'doctor-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

describe('what the doctor finds', () => {
  it('an old Node.js is a fault', () => {
    expect(nodeFinding('18.19.0')).toMatchObject({ health: 'fault', remedy: 'install Node.js 20 or later' });
    expect(nodeFinding('20.0.0')).toEqual({ subject: 'Node.js', health: 'ok', detail: '20.0.0' });
  });

  it('variables of configurations: set, leading nowhere, or missing together', async () => {
    const folder = folderWith({
      'a.yaml': 'variables: { ROOT: the images }\n',
      'b.yaml': 'variables: { ROOT: the images, NET_A: an export, NET_B: an export }\n',
      'c.yaml': 'dataset: { name: voc }\n',
    });
    expect(await variableFindings(folder, { ROOT: folder, NET_A: '' })).toEqual([
      { subject: '$ROOT', health: 'ok', detail: folder },
      {
        subject: '$NET_A, $NET_B',
        health: 'note',
        detail: 'are not set; b.yaml needs them',
        remedy: 'set them to an export',
      },
    ]);
    const [nowhere] = await variableFindings(folder, { ROOT: join(folder, 'gone') });
    expect(nowhere).toEqual({
      subject: '$ROOT',
      health: 'note',
      detail: `${join(folder, 'gone')} does not exist`,
      remedy: 'set it to the images',
    });
  });

  it('is printed within the width, what to do below', () => {
    const finding = {
      subject: 'cache',
      health: 'note',
      detail: 'is no folder',
      remedy: 'name another',
    } as const;
    expect(findingLines(finding, 40)).toEqual([
      '– cache             is no folder',
      '                    → name another',
    ]);
  });
});

describe('bench doctor', () => {
  it('says engine, machine, cache and models, in 80 columns', () => {
    const cache = folderWith({});
    const printed = execFileSync(process.execPath, [MAIN, 'doctor'], {
      encoding: 'utf8',
      env: { ...process.env, BENCH_CACHE: cache },
    });
    for (const subject of ['Node.js', 'engine auto', 'engine tfjs', 'machine', 'models, shipped']) {
      expect(printed).toContain(subject);
    }
    expect(printed).toContain('none of ');
    // A path or a command that is longer than a line stays whole.
    const long = printed.split('\n').filter((line) => line.length > 80 && line.trim().includes(' '));
    expect(long.filter((line) => !line.includes(cache))).toEqual([]);
  });
});
