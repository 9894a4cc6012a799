import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseCsv } from '../../src/report/csv.js';
import { type Ended, start } from '../cli/kill.js';
import { annotationPath, bench, imageId, imagePath, makeWorld } from '../cli/world.js';
import { ANNOTATION_KINDS } from './annotation-kinds.js';
import { IMAGE_KINDS } from './image-kinds.js';

/*
 * Every kind of bad image and annotation in one run, between good images: what it says of each, and that nothing
 * else is touched by them.
 */

const KINDS = [
  ...IMAGE_KINDS.map((kind) => ({ ...kind, of: 'image', path: imagePath })),
  ...ANNOTATION_KINDS.map((kind) => ({ ...kind, of: 'annotation', path: annotationPath })),
];
/** Good images: one behind every four bad ones. */
const place = (index: number) => index + Math.floor(index / 4);
const COUNT = place(KINDS.length) + 1;
const NAMES = ['=HYPERLINK("x")', '+red', '@SUM(A1)'];

let folder: string;
let ended: Ended & { readonly peak: number };
let before: ReadonlyMap<string, string>;
let after: ReadonlyMap<string, string>;
let failures: ReadonlyMap<string, string>;

/** The most memory that a process of the system held at once, in MiB; 0 where the system does not say. */
async function peakOf(running: ReturnType<typeof start>) {
  let peak = 0;
  const timer = setInterval(async () => {
    const text = await readFile(`/proc/${running.pid}/status`, 'utf8').catch(() => '');
    peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(text)?.[1] ?? 0) / 1024);
  }, 20);
  const result = await running.ended;
  clearInterval(timer);
  return { ...result, peak };
}

/** The lines of images.csv about each image. */
async function rowsOf(out: string): Promise<ReadonlyMap<string, string>> {
  const rows = new Map<string, string>();
  for (const line of (await readFile(join(folder, out, 'images.csv'), 'utf8')).split('\n').slice(1)) {
    const id = /ILSVRC2012_val_\d{8}/.exec(line)?.[0];
    if (id !== undefined) rows.set(id, `${rows.get(id) ?? ''}${line}\n`);
  }
  return rows;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-bad-inputs-'));
  await makeWorld(folder, COUNT);
  const mapping = NAMES.map((name, i) => `n9000000${i + 1} ${name}\n`).join('');
  await writeFile(join(folder, 'data', 'LOC_synset_mapping.txt'), mapping);
  await bench(folder, ['run', 'world.yaml', '--out', 'good']);
  before = await rowsOf('good');
  await Promise.all(KINDS.map(({ make, path }, index) => make(path(folder, place(index)))));
  ended = await peakOf(start(folder, ['run', 'world.yaml', '--out', 'bad']));
  after = await rowsOf('bad');
  const run = JSON.parse(await readFile(join(folder, 'bad', 'run.json'), 'utf8'));
  failures = new Map(
    run.networks[0].failures.map(({ id, message }: { id: string; message: string }) => [id, message]),
  );
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a run over bad inputs', () => {
  it.each(KINDS.map((kind, index) => ({ ...kind, id: imageId(place(index)) })))(
    '$of: $name',
    ({ id, says }) => {
      const message = failures.get(id);
      if (says instanceof RegExp) {
        expect(message).toMatch(says);
        // The file is named, it is one line, and a short one.
        expect(message).toContain(`${id}.`);
        expect(message).toMatch(/^\P{Cc}{1,500}$/u);
        expect(after.get(id)).toBeUndefined();
        return;
      }
      expect(message).toBeUndefined();
      expect(after.get(id)).toBeDefined();
      if (says === 'same') expect(after.get(id)).toBe(before.get(id));
    },
  );

  it('counts what it read, says how many it did not, and gives each a line', async () => {
    const bad = KINDS.filter(({ says }) => says instanceof RegExp).length;
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain(`bench: ${bad} images could not be read and count nowhere:\n`);
    const told = ended.stderr.split('\n').filter((line) => line.startsWith('bench:   '));
    expect(told).toHaveLength(bad);
    expect(after.size).toBe(COUNT - bad);
    const [, first] = parseCsv(await readFile(join(folder, 'bad', 'table.csv'), 'utf8'));
    expect(first![4]).toBe(String(COUNT - bad));
  });

  it('leaves the other images as they are', () => {
    const touched = new Set(KINDS.map((_, index) => imageId(place(index))));
    const good = [...before.keys()].filter((id) => !touched.has(id));
    expect(good.length).toBe(COUNT - KINDS.length);
    for (const id of good) expect(after.get(id)).toBe(before.get(id));
  });

  it('resolves no entity, and reads no other file', async () => {
    const texts = await Promise.all(
      ['images.csv', 'run.json', 'journal.jsonl'].map((name) => readFile(join(folder, 'bad', name), 'utf8')),
    );
    for (const text of [...texts, ended.stderr]) {
      expect(text).not.toContain('laughlaugh');
      expect(text).not.toContain('root:');
    }
  });

  it('writes nowhere but into its folder', async () => {
    expect((await readdir(folder)).sort()).toEqual(['bad', 'colors.onnx', 'data', 'good', 'world.yaml']);
    const files = ['images.csv', 'journal.jsonl', 'pairs.csv', 'run.json', 'table.csv', 'times.json'];
    expect((await readdir(join(folder, 'bad'))).sort()).toEqual(files);
    const data = await readdir(join(folder, 'data', 'ILSVRC'), { recursive: true });
    expect(
      data.filter((name) => !/^(Annotations|Data)(\/CLS-LOC(\/val(\/\w+\.(JPEG|xml))?)?)?$/.test(name)),
    ).toEqual([]);
  });

  it('takes little memory', (context) => {
    if (ended.peak === 0) return context.skip('the system does not tell a process’s memory');
    console.log(`peak memory of the run over ${KINDS.length} bad inputs: ${Math.round(ended.peak)} MiB`);
    expect(ended.peak).toBeLessThan(700);
  });

  it('gives spreadsheets no formula to run', async () => {
    const lines = parseCsv(await readFile(join(folder, 'bad', 'images.csv'), 'utf8'));
    const names = new Set(lines.slice(1).flatMap((cells) => cells[6]!.split('|', 1)));
    expect([...names].sort()).toEqual(NAMES.map((name) => `'${name}`).sort());
    for (const cell of lines.flat()) expect(cell).not.toMatch(/^([=+@\t\r]|-(?!\d))/);
  });
});
