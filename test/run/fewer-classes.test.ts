import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/load.js';
import * as fewerClasses from '../../src/run/fewer-classes.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fewer-'));
});
afterAll(() => rm(folder, { recursive: true }));

const classes = (count: number) => Array.from({ length: count }, (_, i) => ({ id: `c${i}`, name: `c${i}` }));

function config(more: Record<string, unknown> = {}, model: Record<string, unknown> = {}) {
  const first = { name: 'first', model: { onnx: 'first.onnx' } };
  const second = { name: 'second', model: { onnx: 'second.onnx', ...model } };
  const document = {
    dataset: { name: 'voc', root: '.' },
    methods: ['cam'],
    networks: [first, second],
    ...more,
  };
  return parseConfig(document, folder);
}

/** A configuration with the numbers of guesses that fit. */
async function fitToClasses(own: ReturnType<typeof config>, all: ReturnType<typeof classes>) {
  const guesses = { experiment: own.experiment, top: own.localization.top };
  const { top, experiment, notes } = await fewerClasses.fitToClasses(own.networks, guesses, all);
  return { config: { ...own, experiment, localization: { ...own.localization, top: [...top] } }, notes };
}

describe('numbers of guesses above the number of classes', () => {
  it('stay where there are enough', async () => {
    const asked = config();
    expect(await fitToClasses(asked, classes(5))).toEqual({ config: asked, notes: [] });
  });

  it('become that number, each once, and stay so', async () => {
    const { config: fitted, notes } = await fitToClasses(
      config({ localization: { top: [1, 5, 7] } }),
      classes(4),
    );
    expect(fitted.localization.top).toEqual([1, 4]);
    expect(notes).toEqual([
      'localization.top: network `first` has 4 classes: top-1, top-4 in the place of top-1, top-5, top-7',
    ]);
    expect(await fitToClasses(fitted, classes(4))).toEqual({ config: fitted, notes: [] });
  });

  it('count a background class', async () => {
    const { config: fitted } = await fitToClasses(config({ model: { background: true } }), classes(2));
    expect(fitted.localization.top).toEqual([1, 3]);
  });

  it('are those of the network in which the fewest classes have a counterpart', async () => {
    await writeFile(join(folder, 'names.txt'), 'a\nb\nc\nd\ne\nf\n');
    const mapping = {
      title: 't',
      source: 's',
      network_classes: 'names.txt',
      classes: { c0: ['a', 'b'], c3: ['f'] },
    };
    await writeFile(join(folder, 'mapping.json'), JSON.stringify(mapping));
    const { config: fitted, notes } = await fitToClasses(config({}, { mapping: 'mapping.json' }), classes(9));
    expect(fitted.localization.top).toEqual([1, 2]);
    expect(notes[0]).toMatch(/^localization\.top: network `second` has 2 classes: /);
  });

  it("leave other experiments' key for boxes alone, and fit their own", async () => {
    const wsol = await fitToClasses(config({ experiment: 'wsol' }), classes(2));
    expect(wsol.config.localization.top).toEqual([1, 5]);
    expect(wsol.notes).toEqual([]);
    const pointing = await fitToClasses(config({ experiment: { name: 'pointing', top: 5 } }), classes(2));
    expect(pointing.config.experiment.top).toBe(2);
  });
});
