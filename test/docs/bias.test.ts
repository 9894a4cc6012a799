import { describe, expect, it } from 'vitest';
import { parseCsv } from '../../src/report/csv.js';
import { filledDown, tablesWith, textOf } from './markdown.js';

/* docs/measurements/bias.md quotes the runs over the 1,000 scenes and over those of the repository. */

type Row = Readonly<Record<string, string>>;

function resultsOf(name: string): readonly Row[] {
  const [head, ...lines] = parseCsv(textOf(`results/experiments/${name}.csv`));
  return lines.map((cells) => Object.fromEntries(head!.map((key, i) => [key, cells[i]!])));
}

const numbersOf = (cell: string) => (cell.match(/[−-]?\d+(\.\d+)?/g) ?? []).map((n) => n.replace('−', '-'));

/** The cell's numbers are these, rounded to one digit; a 5 at the end may go either way. */
function expectRounded(cell: string, ...values: readonly (string | undefined)[]): void {
  const written = numbersOf(cell);
  expect([cell, written.length]).toEqual([cell, values.length]);
  written.forEach((text, i) => {
    expect([cell, values[i], Math.abs(Number(text) - Number(values[i])) <= 0.0551]).toEqual([
      cell,
      values[i],
      true,
    ]);
  });
}

const MEASURES: Readonly<Record<string, string>> = {
  accuracy: 'accuracy',
  'usual attribute': 'accuracy_usual_attribute',
  'other attribute': 'accuracy_other_attribute',
  'gap: usual − other': 'accuracy_gap',
  'energy on the object': 'energy_on_object',
  'energy on the attribute': 'energy_on_attribute',
};

describe('docs/measurements/bias.md', () => {
  const tables = tablesWith(textOf('docs/measurements/bias.md'), 'mixture', 'measure', 'biased', 'balanced');

  it.each([
    ['bias-measured', 0, '1000'],
    ['bias', 1, '400'],
  ])('%s', (name, at, images) => {
    const results = resultsOf(`${name}.pairs`);
    const quoted = filledDown(tables[at as number]!);
    expect(quoted).toHaveLength(results.length);
    for (const [mixture, measure, biased, balanced, difference, scenes, seeds] of quoted) {
      const row = results.filter((one) => one.pairs === mixture && one.measure === MEASURES[measure!]);
      expect([mixture, measure, row.length]).toEqual([mixture, measure, 1]);
      const { scenes_low, scenes_high, seeds_low, seeds_high } = row[0]!;
      expectRounded(biased!, row[0]!.biased);
      expectRounded(balanced!, row[0]!.balanced);
      expectRounded(difference!, row[0]!.difference);
      expectRounded(scenes!, scenes_low, scenes_high);
      expectRounded(seeds!, seeds_low, seeds_high);
      if (measure === 'accuracy') expect([row[0]!.n, row[0]!.seeds]).toEqual([images, '5']);
    }
  });
});
