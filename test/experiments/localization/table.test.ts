import { describe, expect, it } from 'vitest';
import { localizationSchema } from '../../../src/config/localization.js';
import { LocalizationEvaluator } from '../../../src/eval/boxes/localization-evaluator.js';
import { pairRows, tableRow } from '../../../src/experiments/localization/table.js';
import { dataLabel } from '../../../src/run/data-label.js';

const settings = {
  localization: localizationSchema.parse({ top: [1] }),
  bootstrap: { replicates: 200, seed: 3 },
};

function evaluator(localization: readonly (0 | 1)[]) {
  const made = new LocalizationEvaluator(localization.length, [1]);
  localization.forEach((error, i) => {
    made.add(i, { classification: [0], localization: [error], bestIou: [] });
  });
  return made;
}

const none = { networks: [], find: () => undefined };
const name = (method: string) => ({ network: 'net', method, layer: 'l', boxRule: 'rule' });

describe('tableRow', () => {
  it('has the error, its interval and the numbers of images', () => {
    const row = tableRow(name('a'), evaluator([1, 1, 0, 0, 0, 0, 0, 0]), settings, none);
    expect(row).toMatchObject({ n: 8, nLoc: 8, boxRule: 'rule' });
    const { cls, loc } = row.errors[0]!;
    expect(cls).toMatchObject({ estimate: 0, low: 0, high: 0 });
    expect(loc!.estimate).toBe(25);
    expect(loc!.low).toBeLessThan(25);
    expect(loc!.high).toBeGreaterThan(25);
    expect(row).not.toHaveProperty('paper');
  });

  it('takes a number of the paper only for the network that the configuration names', () => {
    const paper = {
      networks: ['VGG-16'],
      find: (network: string | undefined, method: string) =>
        network === 'VGG-16' && method === 'a' ? { cls: {}, loc: { 1: 56.51 }, source: 'paper' } : undefined,
    };
    const one = evaluator([1]);
    expect(tableRow({ ...name('a'), paper: 'VGG-16' }, one, settings, paper).paper?.loc[1]).toBe(56.51);
    expect(tableRow(name('a'), one, settings, paper).paper).toBeUndefined();
  });
});

describe('pairRows', () => {
  it('compares every two rows over the same images', () => {
    const rows = [name('a'), name('b'), name('c')];
    const evaluators = [evaluator([1, 1, 0, 0]), evaluator([0, 0, 0, 0]), evaluator([1, 1, 0, 0])];
    const pairs = pairRows(rows, evaluators, settings);
    expect(pairs.map(({ a, b, difference }) => [a.method, b.method, difference.estimate])).toEqual([
      ['a', 'b', 50],
      ['a', 'c', 0],
      ['b', 'c', -50],
    ]);
    expect(pairs[1]!.difference).toMatchObject({ low: 0, high: 0 });
  });
});

describe('dataLabel', () => {
  it('is comparable with the paper only for the whole validation set', () => {
    const ids = ['a', 'b'];
    expect(dataLabel({ provenance: 'imagenet-val', ids }, 2)).toEqual({
      label: 'ILSVRC-15 val',
      comparable: true,
    });
    expect(dataLabel({ provenance: 'imagenet-val', ids }, 1)).toEqual({
      label: 'ILSVRC-15 val, first 1 images',
      comparable: false,
    });
    expect(dataLabel({ provenance: 'imagenet-subset', ids }, 2).comparable).toBe(false);
    expect(dataLabel({ provenance: 'demonstration', ids }, 2).label).toBe('demonstration (not ImageNet)');
  });
});
