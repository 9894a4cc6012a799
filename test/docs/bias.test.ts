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

  const page = textOf('docs/measurements/bias.md');

  it('quotes what the logs of gap.py say of balanced probes', () => {
    const log = { 'umbrella, bottle': 'gap.log', 'car, train': 'gap-car-train.log' } as const;
    const quoted = filledDown(tablesWith(page, 'attributes', 'training scenes')[0]!);
    expect(quoted).toHaveLength(8);
    for (const [attributes, scenes, gap, deviation, known] of quoted) {
      const lines = textOf(`scripts/bias/${log[attributes as keyof typeof log]}`).split('\n');
      const line = lines.find((one) => one.startsWith(`${scenes!.replace(',', '')} scenes, 10 seeds:`))!;
      const [first, second] = [...line.matchAll(/gap ([+-][\d.]+) \(deviation(?: over seeds)? ([\d.]+)\)/g)];
      expect([gap, deviation, known].map((cell) => Number(numbersOf(cell!)[0]))).toEqual(
        [first![1], first![2], second![1]].map(Number),
      );
    }
  });

  it('quotes what other drawings would change', () => {
    const log = textOf('scripts/bias/by-drawing.log');
    const quoted = tablesWith(page, 'difference', '78-7', 'over drawings')[0]!.rows;
    expect(quoted).toHaveLength(5);
    for (const [name, ...cells] of quoted)
      for (const [i, mixture] of ['78-7', '90-5'].entries()) {
        const measure = name!.replace(/ attribute$/, (word) => (name!.startsWith('energy') ? word : ''));
        const line = new RegExp(`^${mixture} ${measure}: (\\S+), over drawings (\\S+) to (\\S+)$`, 'm').exec(
          log,
        );
        expect([name, ...numbersOf(cells[2 * i]!), ...numbersOf(cells[2 * i + 1]!)].map(String)).toEqual([
          name,
          ...line!.slice(1),
        ]);
      }
  });
});
