import { describe, expect, it } from 'vitest';
import { parseCsv } from '../../src/report/csv.js';
import { filledDown, jsonOf, type MarkdownTable, proseOf, tablesWith, textOf } from './markdown.js';

/*
 * docs/measurements/<experiment>.md quote results/experiments (what runs of the committed configurations wrote), and
 * intervals.md quotes results/coverage.json. Other tables of these pages are of runs whose results are not kept here.
 */

const pageOf = (name: string) => textOf(`docs/measurements/${name}.md`);
const [INTERVALS, WSOL, SEGMENTATION] = [pageOf('intervals'), pageOf('wsol'), pageOf('segmentation')];
const [POINTING, FAITHFULNESS] = [pageOf('pointing'), pageOf('faithfulness')];

type Row = Readonly<Record<string, string>>;

function resultsOf(name: string): readonly Row[] {
  const [head, ...lines] = parseCsv(textOf(`results/experiments/${name}.csv`));
  return lines.map((cells) => Object.fromEntries(head!.map((key, i) => [key, cells[i]!])));
}

/** The one row with these cells. */
function rowOf(rows: readonly Row[], wanted: Row): Row {
  const found = rows.filter((row) => Object.entries(wanted).every(([key, value]) => row[key] === value));
  if (found.length !== 1) throw new Error(`${found.length} rows of ${JSON.stringify(wanted)}`);
  return found[0]!;
}

/**
 * A cell's numbers are those of the file, rounded to the cell's digits. The file's are rounded themselves, so that a 5 at
 * its end may go either way.
 */
function expectNumbers(cell: string, ...values: readonly (string | undefined)[]): void {
  const written = cell.match(/−?\d+(\.\d+)?/g) ?? [];
  expect([cell, written.length]).toEqual([cell, values.length]);
  written.forEach((text, i) => {
    const [digits, kept] = [text, values[i]!].map((one) => (one.split('.')[1] ?? '').length);
    const apart = Math.abs(Number(text.replace('−', '-')) - Number(values[i]));
    const most = 0.5 * 10 ** -digits! + 0.5 * 10 ** -kept! + 1e-9;
    expect([cell, values[i], apart <= most]).toEqual([cell, values[i], true]);
  });
}

const interval = (row: Row, name: string, low = `${name}_low`, high = `${name}_high`) =>
  [row[name], row[low], row[high]] as const;

/** The first method of a cell such as `cam, grad-cam`. */
const methodsOf = (cell: string) => cell.split(', ');

describe('docs/measurements: tables of committed results', () => {
  const segmentation = tablesWith(SEGMENTATION, 'network', 'method', 'mean IoU at 0.2');

  it.each([
    ['segmentation', 0],
    ['segmentation-sample', 1],
  ] as const)('%s', (name, at) => {
    const rows = resultsOf(name);
    expect(segmentation).toHaveLength(2);
    for (const [network, methods, mean, best] of filledDown(segmentation[at]!)) {
      for (const method of methodsOf(methods!)) {
        const row = rowOf(rows, { network: network!, method });
        expectNumbers(mean!, ...interval(row, 'mean_iou', 'low', 'high'));
        expectNumbers(best!, row.best_mean_iou, row.best_threshold);
      }
    }
  });

  it('wsol-imagenet-sample', () => {
    const [table] = tablesWith(WSOL, 'network', 'method', 'MaxBoxAcc', 'MaxBoxAccV2').filter(
      ({ head }) => head.length === 4,
    );
    const rows = resultsOf('wsol-imagenet-sample');
    for (const [network, method, ...cells] of filledDown(table!)) {
      cells.forEach((cell, i) => {
        const measure = table!.head[i + 2]!;
        const row = rowOf(rows, { network: network!, method: method!, measure });
        expectNumbers(cell, ...interval(row, 'value', 'low', 'high'));
      });
    }
    expect(proseOf(WSOL)).toContain(`\`wsol-imagenet-sample.yaml\`, ${rows[0]!.images} images`);
  });

  function expectPointing({ rows, head }: MarkdownTable, name: string): void {
    const results = resultsOf(name);
    for (const [network, method, all, difficult, energy] of filledDown({ head, rows })) {
      // The centre is the same for all networks.
      const wanted = { network: network || results[0]!.network!, method: method! };
      const [whole, part] = ['all', 'difficult'].map((subset) => rowOf(results, { ...wanted, subset }));
      expectNumbers(all!, ...interval(whole!, 'pointing_accuracy'));
      expectNumbers(difficult!, ...interval(part!, 'pointing_accuracy'));
      expectNumbers(energy!, ...interval(whole!, 'energy_inside'));
      expect(head.slice(2, 4)).toEqual([`all (n = ${whole!.n})`, `difficult (n = ${part!.n})`]);
    }
  }

  const pointing = tablesWith(POINTING, 'network', 'method', 'all (n = 100)')[0]!;
  const photographs = tablesWith(POINTING, 'network', 'method', 'all (n = 89)')[0]!;

  it('pointing', () => {
    expectPointing(pointing, 'pointing');
    const rejects = resultsOf('pointing.reject');
    for (const [network, method, , , , none, best] of filledDown(pointing)) {
      if (method === 'center') continue;
      const curve = rejects.filter((row) => row.network === network && row.method === method);
      expectNumbers(none!, ...interval(curve[0]!, 'accuracy', 'low', 'high'));
      const top = curve.reduce((most, row) => (Number(row.accuracy) > Number(most.accuracy) ? row : most));
      if (best!.endsWith(', all rejected')) {
        expect(top.rejected).toBe('100.00');
        expectNumbers(best!, top.accuracy);
      } else {
        expect(top.rejected).not.toBe('100.00');
        expectNumbers(best!, ...interval(top, 'accuracy', 'low', 'high'));
      }
    }
  });

  it('pointing-voc-sample, and the animals beside it', () => {
    expectPointing(photographs, 'pointing-voc-sample');
    const animals = resultsOf('pointing-voc-animals');
    const shown = filledDown(photographs).filter((row) => row[5] !== '');
    expect(shown.length).toBeGreaterThan(4);
    for (const [network, method, , , , cell] of shown) {
      const wanted = { network: network || animals[0]!.network!, method: method!, subset: 'all' };
      const row = rowOf(animals, wanted);
      expectNumbers(cell!, ...interval(row, 'pointing_accuracy'));
      expect(photographs.head[5]).toBe(`five animals, all (n = ${row.n})`);
    }
  });

  it('pointing-voc-sample’s best guesses', () => {
    const rejects = resultsOf('pointing-voc-sample.reject');
    const curveOf = (network: string, method: string) =>
      rejects.filter((row) => row.network === network && row.method === method);
    const [table] = tablesWith(POINTING, '', 'squeezenet1.1', 'mobilenet_v1_0.75');
    const networks = table!.head.slice(1);
    const [gradCam, cMwp, all] = table!.rows;
    expect(table!.rows.map(([label]) => label)).toEqual([
      'grad-cam, none rejected',
      'c-mwp, none rejected',
      'all rejected',
    ]);
    for (const [i, network] of networks.entries()) {
      for (const [method, row] of [['grad-cam', gradCam!] as const, ['c-mwp', cMwp!] as const]) {
        expectNumbers(row[i + 1]!, ...interval(curveOf(network, method)[0]!, 'accuracy', 'low', 'high'));
      }
      expectNumbers(all![i + 1]!, curveOf(network, 'grad-cam').at(-1)!.accuracy);
    }
    const bestOf = (network: string, method: string) =>
      curveOf(network, method).reduce((most, row) =>
        Number(row.accuracy) > Number(most.accuracy) ? row : most,
      );
    const words =
      /Only MobileNet's Grad-CAM exceeds the accuracy of rejecting all guesses: ([^%]+?) with (\d+) % rejected/
        .exec(proseOf(POINTING))!
        .slice(1);
    const best = bestOf('mobilenet_v1_0.75', 'grad-cam');
    expectNumbers(words[0]!, ...interval(best, 'accuracy', 'low', 'high'));
    expectNumbers(words[1]!, best.rejected);
    for (const network of networks) {
      for (const method of ['grad-cam', 'c-mwp']) {
        const only = network === 'mobilenet_v1_0.75' && method === 'grad-cam';
        expect(bestOf(network, method).rejected === '100.00').toBe(!only);
      }
    }
  });

  it('faithfulness', () => {
    const [table] = tablesWith(FAITHFULNESS, 'method', 'insertion', 'deletion');
    const rows = resultsOf('faithfulness');
    expect(table!.rows.map(([method]) => method)).toEqual([...new Set(rows.map(({ method }) => method))]);
    const measures = [...new Set(rows.map(({ measure }) => measure!))];
    expect(measures).toHaveLength(table!.head.length - 1);
    for (const [method, ...cells] of table!.rows) {
      cells.forEach((cell, i) => {
        const row = rowOf(rows, { method: method!, measure: measures[i]! });
        expectNumbers(cell, ...interval(row, 'value', 'low', 'high'));
      });
    }
  });

  /** Tables with a column for each measure: their rows name a network, or carry on with the one above. */
  it.each([
    ['wsol', 'network', 2, ['MaxBoxAcc', 'MaxBoxAccV2', 'PxAP']],
    ['layer-sweep', 'layer', 1, ['localization_error', 'pointing_accuracy', 'energy_inside']],
    ['neuron-importance', 'network', 3, ['decision_named', 'true_class_named', 'names_present']],
    ['occlusion-correlation', 'network', 2, ['rank_correlation']],
  ] as const)('%s: the first table', (name, first, from, measures) => {
    const rows = resultsOf(name);
    const [table] = tablesWith(pageOf(name), first);
    const shown = filledDown(table!);
    expect(shown.length).toBeGreaterThan(4);
    for (const cells of shown) {
      // Of a baseline that is the same for all networks, the first one's row.
      const network = cells[0] === 'all' ? rows[0]!.network! : cells[0]!;
      for (const method of methodsOf(cells[1]!)) {
        const wanted = first === 'layer' ? { layer: network } : { network, method };
        measures.forEach((measure, i) => {
          const row = rowOf(rows, { ...wanted, measure });
          expectNumbers(cells[from + i]!, ...interval(row, 'value', 'low', 'high'));
        });
      }
    }
  });

  it('failure-analysis: right and wrong images', () => {
    const rows = resultsOf('failure-analysis');
    const [table] = tablesWith(pageOf('failure-analysis'), 'network', 'images', 'n');
    const shown = filledDown(table!);
    expect(shown).toHaveLength(rows.length);
    for (const [network, group, n, ...cells] of shown) {
      const images = group!.replace(/^\w+/, '$& images');
      const row = rowOf(rows, { network: network!, images, n: n! });
      ['localized', 'pointed', 'energy_inside'].forEach((measure, i) => {
        expectNumbers(cells[i]!, ...interval(row, measure));
      });
    }
  });

  it('how often intervals of means over classes have the truth', () => {
    interface Coverage {
      readonly trials: number;
      readonly rows: readonly {
        readonly world: string;
        readonly images: number;
        readonly bias: number;
        readonly rules: readonly Readonly<Record<'covered' | 'width' | 'shift', number> & { rule: string }>[];
      }[];
    }
    const { trials, rows } = jsonOf<Coverage>('results/coverage.json');
    const [table] = tablesWith(INTERVALS, 'world', 'images');
    expect(table!.head.slice(2)).toEqual(rows[0]!.rules.map(({ rule }) => rule));
    const signed = (value: number) =>
      value
        .toFixed(1)
        .replace(/^-0\.0$/, '0.0')
        .replace('-', '−');
    expect(table!.rows).toEqual(
      rows.map(({ world, images, rules }) => [
        ...[world, String(images)],
        ...rules.map(({ covered, width, shift }) => [covered, width, shift].map(signed).join(' / ')),
      ]),
    );
    expect(proseOf(INTERVALS)).toContain(`${trials.toLocaleString('en')} draws of images from each`);
    const biases = rows.filter(({ world }) => world.includes('scenes')).map(({ bias }) => (-bias).toFixed(1));
    const words =
      /mean IoU is ([\d.]+), ([\d.]+) and ([\d.]+) points too low with 50, 100 and 200 scenes/.exec(
        proseOf(INTERVALS),
      )!;
    expect(words.slice(1)).toEqual(biases);
  });
});
