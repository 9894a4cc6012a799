import { describe, expect, it } from 'vitest';
import { parseCsv } from '../../src/report/csv.js';
import { filledDown, type MarkdownTable, tablesWith, textOf } from './markdown.js';

/* docs/measurements/adversarial.md, sanity.md and the ResNet of layer-sweep.md quote results/experiments. */

type Row = Readonly<Record<string, string>>;

function rowsOf(name: string): readonly Row[] {
  const [head, ...lines] = parseCsv(textOf(`results/experiments/${name}.csv`));
  return lines.map((cells) => Object.fromEntries(head!.map((key, i) => [key, cells[i]!])));
}

/** The estimate and its interval of the one row with these cells, as pages write them. */
function textIn(rows: readonly Row[], wanted: Row, digits: number): string {
  const found = rows.filter((row) => Object.entries(wanted).every(([key, value]) => row[key] === value));
  if (found.length !== 1) throw new Error(`${found.length} rows of ${JSON.stringify(wanted)}`);
  const [value, low, high] = ['value', 'low', 'high'].map((key) =>
    Number(found[0]![key]).toFixed(digits).replace(/^-/, '−'),
  );
  return `${value} (${low}–${high})`;
}

const MEASURES = ['localization_error', 'pointing_accuracy', 'energy_inside'];
const ADVERSARIAL = textOf('docs/measurements/adversarial.md');

describe.each([
  ['adversarial', 0],
  ['adversarial-sample', 1],
] as const)('docs/measurements/adversarial.md: %s', (name, at) => {
  const rows = rowsOf(name);
  const networks = [...new Set(rows.map(({ network }) => network!))];
  /** Those with images enough to say something of their maps. */
  const enough = networks.filter((network) => {
    const of = rows.find(
      (row) => row.network === network && row.method === 'grad-cam' && row.measure === 'energy_inside_after',
    );
    return Number(of!.n) >= 10;
  });
  const tableWith = (...head: readonly string[]): MarkdownTable => tablesWith(ADVERSARIAL, ...head)[at]!;

  it('the attack', () => {
    const attack = rows[0]!.method!;
    const text = (network: string, measure: string, digits = 1) =>
      textIn(rows, { network, method: attack, measure }, digits);
    expect(tableWith('network', 'reached').rows.map((cells) => cells.slice(0, 4))).toEqual(
      networks.map((network) => [
        network,
        text(network, 'reached'),
        text(network, 'steps'),
        text(network, 'confidence_true_before', 2),
      ]),
    );
  });

  it('the differences on the same images', () => {
    const names = ['energy_above_target_after', 'energy_above_uniform_after', 'pointing_above_center_after'];
    expect(tableWith('network', 'energy − false class').rows).toEqual(
      enough.map((network) => [
        network,
        ...names.map((measure) => textIn(rows, { network, method: 'grad-cam', measure }, 1)),
      ]),
    );
  });

  it('the maps and their controls', () => {
    const shown = filledDown(tableWith('network', 'map'));
    expect(shown).toHaveLength(5 * enough.length);
    for (const [network, map, ...cells] of shown) {
      const method = map!.startsWith('the middle') ? 'grad-cam' : map!.split(' ')[0]!;
      const text = (measure: string) => textIn(rows, { network: network!, method, measure }, 1);
      const control = ['localization_error_center', 'pointing_accuracy_center', 'energy_of_uniform_map'];
      const expected = MEASURES.map((measure, i) => {
        if (map!.startsWith('the middle')) return text(control[i]!);
        if (map!.endsWith('of the false class')) return text(`${measure}_target_after`);
        return `${text(`${measure}_before`)} → ${text(`${measure}_after`)}`;
      });
      expect([map, ...cells]).toEqual([map, ...expected]);
    }
  });
});

it('docs/measurements/adversarial.md: scenes of two classes', () => {
  const rows = rowsOf('adversarial');
  for (const [network, n, ...cells] of tablesWith(ADVERSARIAL, 'network', 'n', 'second class')[0]!.rows) {
    const of = (measure: string) => ({ network: network!, method: 'grad-cam', measure });
    const expected = ['pointing_accuracy_second', 'pointing_accuracy_both'].map(
      (name) => `${textIn(rows, of(`${name}_before`), 1)} → ${textIn(rows, of(`${name}_after`), 1)}`,
    );
    expect(cells).toEqual(expected);
    const both = rows.find(
      (row) =>
        row.network === network &&
        row.method === 'grad-cam' &&
        row.measure === 'pointing_accuracy_both_after',
    );
    expect(n).toBe(both!.n);
  }
});

it('docs/measurements/sanity.md: the quickstart', () => {
  const rows = rowsOf('sanity');
  const [table] = tablesWith(textOf('docs/measurements/sanity.md'), 'network', 'method', '1 layer');
  const shown = filledDown(table!);
  expect(shown).toHaveLength(new Set(rows.map(({ network, method }) => `${network} ${method}`)).size);
  for (const [network, method, ...cells] of shown) {
    const expected = ['1', '4', '8', 'all'].map((depth) =>
      textIn(rows, { network: network!, method: method!, measure: `rank_correlation@${depth}` }, 2),
    );
    expect([network, method, ...cells]).toEqual([network, method, ...expected]);
  }
});

it('docs/measurements/layer-sweep.md: the quickstart’s ResNet', () => {
  const rows = rowsOf('layer-sweep').filter(({ network }) => network === 'resnet');
  const table = tablesWith(textOf('docs/measurements/layer-sweep.md'), 'layer', 'localization error')[1]!;
  expect(table.rows.map(([layer]) => layer)).toEqual([...new Set(rows.map(({ layer }) => layer))]);
  for (const [layer, ...cells] of table.rows) {
    expect(cells).toEqual(MEASURES.map((measure) => textIn(rows, { layer: layer!, measure }, 1)));
  }
});
