import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDataset } from '../../src/datasets/registry.js';
import { experimentOf, experiments } from '../../src/experiments/registry.js';
import { entryCheck } from '../../src/run/entry-check.js';
import type { BatchRecord, JudgedEntry } from '../../src/run/journal/entries.js';
import type { JournalHeader } from '../../src/run/journal/header.js';
import { bench, PACKAGE } from './world.js';

/* What a worker sends of each experiment is accepted as it is computed, and refused in another shape. */

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-entry-check-'));
});
afterAll(() => rm(folder, { recursive: true }));

const network = (name: string) =>
  `networks=[{ model: { onnx: ${join(PACKAGE, 'models', 'quickstart', `${name}.onnx`)} } }]`;
const few = 'methods=[grad-cam]';

const [BIASED, BALANCED] = ['biased-78', 'balanced'].map((mixture) => `${mixture}-1, ${mixture}-2`);
const biasNetworks = `networks=[${`${BIASED}, ${BALANCED}`
  .split(', ')
  .map((name) => `{ model: { onnx: ${join(PACKAGE, 'models', 'bias', `${name}.onnx`)} } }`)
  .join(', ')}]`;

/** Images, and keys that make it quick. An experiment needs no line here if two images of its configuration are quick. */
const RUNS: Readonly<Record<string, readonly [number, ...string[]]>> = {
  ...Object.fromEntries([...experiments.keys()].map((name) => [name, [2]] as const)),
  localization: [4, 'methods=[grad-cam, backprop]', network('resnet')],
  adversarial: [3, few, network('resnet'), 'experiment.confidence=0.5', 'experiment.iterations=4'],
  bias: [4, biasNetworks, `experiment.pairs={ few: { biased: [${BIASED}], balanced: [${BALANCED}] } }`],
  'failure-analysis': [8, few, network('resnet')],
  faithfulness: [2, few, network('resnet'), 'experiment={ name: faithfulness, points: 3, road: [0.2] }'],
  'layer-sweep': [3],
  'neuron-importance': [4, few, network('resnet')],
  'occlusion-correlation': [1, 'methods=[occlusion, grad-cam]', network('resnet')],
  pointing: [4, few, network('resnet'), 'experiment.top=2'],
  sanity: [2, few, network('resnet'), 'experiment.layers=[1, all]', 'experiment.draws=1'],
  segmentation: [3, few, network('vgg16'), 'experiment={ name: segmentation, cues: true }'],
  wsol: [2, few, network('resnet')],
};

async function journalOf(experiment: string) {
  const [images, ...keys] = RUNS[experiment]!;
  const config =
    experiment === 'localization' ? 'quickstart.yaml' : join('experiments', `${experiment}.yaml`);
  const out = join(folder, experiment);
  const set = [`dataset.limit=${images}`, 'bootstrap.replicates=20', ...keys].flatMap((key) => [
    '--set',
    key,
  ]);
  const { status, stderr } = await bench(folder, [
    'run',
    join(PACKAGE, 'configs', config),
    '--out',
    out,
    ...set,
  ]);
  expect([status, stderr]).toEqual([0, expect.anything()]);
  const lines = (await readFile(join(out, 'journal.jsonl'), 'utf8')).trim().split('\n');
  const [header, ...batches] = lines.map((line) => JSON.parse(line.slice(17)));
  return { header: header as JournalHeader, batches: batches as BatchRecord[] };
}

type Change = (holder: Record<string, unknown>, key: string) => void;

/** Copies of a record, each with one change at one place, and where that is. */
function* changed(record: unknown, change: Change): Generator<readonly [string, unknown]> {
  const paths: string[][] = [];
  const walk = (value: unknown, path: string[]) => {
    if (typeof value !== 'object' || value === null) return;
    // Of a long list, its ends are as good as all of it.
    const keys = Object.keys(value);
    for (const key of keys.length > 40 ? [keys[0]!, keys.at(-1)!] : keys) {
      paths.push([...path, key]);
      walk((value as Record<string, unknown>)[key], [...path, key]);
    }
  };
  walk(record, []);
  for (const path of paths) {
    const copy = structuredClone(record);
    let holder = copy as Record<string, unknown>;
    for (const key of path.slice(0, -1)) holder = holder[key] as Record<string, unknown>;
    change(holder, path.at(-1)!);
    yield [path.join('.'), copy];
  }
}

const CHANGES: readonly (readonly [string, Change])[] = [
  ['an object', (holder, key) => Object.assign(holder, { [key]: { x: 1 } })],
  ['a text of another kind', (holder, key) => Object.assign(holder, { [key]: '\u001b!' })],
  ['a number beyond all', (holder, key) => Object.assign(holder, { [key]: Number.POSITIVE_INFINITY })],
  ['not a number', (holder, key) => Object.assign(holder, { [key]: Number.NaN })],
];

describe('what is known of every experiment’s records', () => {
  it('is tried for each of them', () => {
    expect(Object.keys(RUNS).sort()).toEqual([...experiments.keys()].sort());
  });

  it.each(Object.keys(RUNS))(
    '%s',
    async (name) => {
      const { header, batches } = await journalOf(name);
      const { classes } = await openDataset(header.config.dataset);
      const networks = header.config.networks.map(({ name: own }, n) => ({
        ...header.networks[n]!,
        name: own,
      }));
      const refusal = entryCheck(experimentOf(header.config), networks, classes);
      let tried = 0;
      for (const { network: n, images } of batches) {
        for (const entry of images as JudgedEntry[]) {
          expect(await refusal(n, entry)).toBeUndefined();
          for (const [what, change] of CHANGES) {
            for (const [path, record] of changed(entry.record, change)) {
              expect([path, what, await refusal(n, { ...entry, record })]).toEqual([
                path,
                what,
                expect.any(String),
              ]);
              tried++;
            }
          }
          for (const record of [undefined, 0, '', [1], { more: 1 }, { ...(entry.record ?? {}), more: 1 }]) {
            expect(await refusal(n, { ...entry, record })).toEqual(expect.any(String));
          }
          expect(await refusal(n, { ...entry, truth: '' })).toBe('no hash of its ground truth');
        }
      }
      expect(tried).toBeGreaterThan(10);
    },
    240_000,
  );
});
