import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { annotationPath, bench, imageId, imagePath, makeWorld, type Outcome } from '../cli/world.js';
import { KINDS } from './kinds.js';

/** Good images among the bad ones, at the end. */
const GOOD = 3;

let folder: string;
let outcome: Outcome;
let failures: ReadonlyMap<string, string>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-bad-inputs-'));
  await makeWorld(folder, KINDS.length + GOOD);
  for (const [index, { of, make }] of KINDS.entries()) {
    await make(of === 'image' ? imagePath(folder, index) : annotationPath(folder, index));
  }
  // 700 MB of address space for the heap would not be enough for an input that is read or expanded as a whole.
  outcome = await bench(folder, ['run', 'world.yaml'], { NODE_OPTIONS: '--max-old-space-size=512' });
  const run = JSON.parse(await readFile(join(folder, 'out', 'world', 'run.json'), 'utf8'));
  failures = new Map(
    run.networks[0].failures.map(({ id, message }: { id: string; message: string }) => [id, message]),
  );
}, 300_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a run over bad inputs', () => {
  it.each(KINDS.map((kind, index) => ({ ...kind, index })))('$of: $name', ({ index, says }) => {
    const message = failures.get(imageId(index));
    if (says === undefined) expect(message).toBeUndefined();
    else {
      expect(message).toMatch(says);
      // The file is named, and it is one line.
      expect(message).toContain(imageId(index));
      expect(message).not.toContain('\n');
    }
  });

  it('counts the good images, and these alone', async () => {
    const bad = KINDS.filter(({ says }) => says !== undefined).length;
    expect(outcome.status).toBe(1);
    expect(outcome.stderr).toContain(`bench: ${bad} images could not be read and count nowhere:`);
    const table = await readFile(join(folder, 'out', 'world', 'table.csv'), 'utf8');
    expect(table.split('\n')[1]).toMatch(new RegExp(`,${KINDS.length + GOOD - bad}$`));
  });

  it('expands no entity, reads no other file, and writes nowhere else', async () => {
    const texts = await Promise.all(
      ['images.csv', 'run.json'].map((name) => readFile(join(folder, 'out', 'world', name), 'utf8')),
    );
    for (const text of [...texts, outcome.stderr, outcome.stdout]) {
      expect(text).not.toContain('laughlaugh');
      expect(text).not.toContain('root:');
    }
    expect((await readdir(folder)).sort()).toEqual(['colors.onnx', 'data', 'out', 'world.yaml']);
    expect(await readdir(join(folder, 'out'))).toEqual(['world']);
  });
});
