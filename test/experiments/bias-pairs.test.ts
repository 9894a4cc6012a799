import { describe, expect, it } from 'vitest';
import type { RunRecords } from '../../src/eval/experiment.js';
import { checkPairs, pairRows, pairsCsv, pairsSchema } from '../../src/experiments/bias-pairs.js';
import type { ImageValues, Measure } from '../../src/experiments/mean-table.js';
import { parseCsv } from '../../src/report/csv.js';

const [USUAL, OTHER] = ['usual', 'other'];
const MEASURES: readonly Measure[] = [
  { name: 'all', unit: '%', digits: 2 },
  { name: USUAL, unit: '%', digits: 2 },
  { name: OTHER, unit: '%', digits: 2 },
  { name: 'energy', unit: '%', digits: 2 },
];

/** Two scenes with the usual attribute, two with the other, one that does not count: right ones and energies. */
function network(
  name: string,
  right: readonly number[],
  energy: readonly (number | null)[],
  failed: readonly number[] = [],
) {
  const records = [...right, undefined].map((value, at): ImageValues => {
    if (value === undefined) return [[null, null, null, null]];
    return [[100 * value, at < 2 ? 100 * value : null, at < 2 ? null : 100 * value, energy[at]!]];
  });
  return {
    ...{ name, index: 0, paper: undefined },
    outputs: [{ method: 'grad-cam', layer: 'last', width: 1, height: 1 }],
    records: async function* () {
      for (const [at, record] of records.entries())
        if (!failed.includes(at)) yield { at, id: `${at}`, record };
    },
  };
}

const run = {
  bootstrap: { replicates: 400, seed: 1, level: 0.95 },
  networks: [
    network('b1', [1, 1, 0, 0], [10, 20, 30, 40]),
    network('b2', [1, 1, 1, 0], [10, 20, null, 40]),
    network('e1', [1, 1, 1, 1], [20, 30, 40, 50]),
    network('e2', [1, 0, 1, 1], [30, 40, 50, 60]),
  ],
} as Partial<RunRecords<ImageValues>> as RunRecords<ImageValues>;

const pairs = { mixture: { biased: ['b1', 'b2'], balanced: ['e1', 'e2'] } };
const rowsOf = () =>
  pairRows(run, pairs, { measures: MEASURES, usual: USUAL!, other: OTHER! }, (record) => record);

describe('pairRows', () => {
  it('gives hand-worked means and differences, seed by seed', async () => {
    const rows = await rowsOf();
    expect(rows.map(({ measure }) => measure.name)).toEqual(['all', USUAL, OTHER, 'accuracy_gap', 'energy']);
    const [all, usual, other, gap, energy] = rows;
    expect(all).toMatchObject({ pairs: 'mixture', method: 'grad-cam', layer: 'last', seeds: 2, n: 4 });
    // b1 50 and b2 75; e1 100 and e2 75.
    expect([all!.biased, all!.balanced, all!.overScenes!.estimate]).toEqual([62.5, 87.5, 25]);
    // By seed: 50 and 0. Their deviation is 50/√2, the standard error 25, and t = 12.7062.
    expect(all!.overSeeds!.low).toBeCloseTo(25 - 12.7062 * 25, 2);
    expect(all!.overSeeds!.high).toBeCloseTo(25 + 12.7062 * 25, 2);
    expect([usual!.biased, usual!.balanced, usual!.n]).toEqual([100, 75, 2]);
    expect([other!.biased, other!.balanced, other!.n]).toEqual([25, 100, 2]);
    // Gaps: b1 100, b2 50; e1 0, e2 −50. Both pairs differ by −100, so that seeds say nothing of a spread.
    expect([gap!.biased, gap!.balanced, gap!.n]).toEqual([75, -25, 4]);
    expect(gap!.overSeeds).toEqual({ n: 2, estimate: -100, low: -100, high: -100 });
    // b2 lacks one of the energies: its mean is over three.
    expect([energy!.biased, energy!.balanced, energy!.n]).toEqual([(25 + 70 / 3) / 2, 40, 4]);
  });

  it('resamples scenes jointly for all networks', async () => {
    const other = (await rowsOf())[2]!.overScenes!;
    // Of the two scenes with the other attribute: right in e1, e2; in b1 none, in b2 the first. 50…100 are possible.
    expect([other.estimate, other.low, other.high]).toEqual([75, 50, 100]);
  });

  it('pairs by the image: one that a network of the group could not read is left out', async () => {
    const [b1, , , e2] = run.networks;
    const b2 = network('b2', [1, 1, 1, 0], [10, 20, null, 40], [0]);
    const e1 = network('e1', [1, 1, 1, 1], [20, 30, 40, 50], [3]);
    const other = { ...run, networks: [b1!, b2, e1, e2!] } as RunRecords<ImageValues>;
    const [all, usual, , , energy] = await pairRows(
      other,
      pairs,
      { measures: MEASURES, usual: USUAL!, other: OTHER! },
      (record) => record,
    );
    // Left are the images 1 and 2: right in b1 1 and 0, b2 1 and 1, e1 1 and 1, e2 0 and 1.
    expect([all!.n, all!.biased, all!.balanced, all!.overScenes!.estimate]).toEqual([2, 75, 75, 0]);
    expect([usual!.n, usual!.biased, usual!.balanced]).toEqual([1, 100, 50]);
    // b1 20 and 30, b2 20 alone; e1 30 and 40, e2 40 and 50.
    expect([energy!.n, energy!.biased, energy!.balanced]).toEqual([2, 22.5, 40]);
  });

  it('has no number where the networks have none', async () => {
    const none = [1, 2].map((n) => network(`b${n}`, [], []));
    const empty = { ...run, networks: [...none, ...run.networks.slice(2)] };
    const [row] = await pairRows(
      empty,
      pairs,
      { measures: MEASURES, usual: USUAL!, other: OTHER! },
      (record) => record,
    );
    expect([row!.biased, row!.overScenes, row!.overSeeds]).toEqual([undefined, undefined, undefined]);
  });

  it('is written as a line for each', async () => {
    const [head, first] = parseCsv(pairsCsv(await rowsOf()));
    expect(head).toEqual([
      ...['pairs', 'method', 'layer', 'measure', 'unit', 'seeds', 'n', 'biased', 'balanced'],
      ...['difference', 'scenes_low', 'scenes_high', 'seeds_low', 'seeds_high'],
    ]);
    expect(first!.slice(0, 10)).toEqual([
      ...['mixture', 'grad-cam', 'last', 'all', '%', '2', '4', '62.50', '87.50', '25.00'],
    ]);
  });
});

describe('checkPairs', () => {
  const networks = ['b1', 'b2', 'e1', 'e2'].map((name) => ({ name, methods: [{ name: 'grad-cam' }] }));
  const refusal = (biased: readonly string[], balanced: readonly string[], known = networks) => {
    try {
      checkPairs({ mixture: { biased: [...biased], balanced: [...balanced] } }, known);
    } catch (error) {
      return (error as Error).message;
    }
    return undefined;
  };

  it('takes pairs of known networks', () => {
    expect(refusal(['b1', 'b2'], ['e1', 'e2'])).toBeUndefined();
  });

  it('refuses in one line what makes no pairs', () => {
    expect(refusal(['b1', 'b3'], ['e1', 'e2'])).toContain('mixture: no network `b3`; did you mean `b1`?');
    expect(refusal(['b1', 'b1'], ['e1', 'e2'])).toBe('experiment.pairs.mixture: `b1` is named twice');
    expect(refusal(['b1', 'e1'], ['e1', 'e2'])).toContain('`e1` is named twice');
    expect(refusal(['b1', 'b2'], ['e1'])).toContain('2 biased and 1 balanced networks make no pairs');
    const other = { name: 'e2', methods: [{ name: 'cam' }] };
    expect(refusal(['b1', 'b2'], ['e1', 'e2'], [...networks.slice(0, 3), other])).toContain(
      '`e2` has other methods than `b1` (grad-cam)',
    );
  });

  it('wants two pairs at least, since one says nothing of chance', () => {
    expect(pairsSchema.safeParse({ mixture: { biased: ['b1'], balanced: ['e1'] } }).success).toBe(false);
  });
});
