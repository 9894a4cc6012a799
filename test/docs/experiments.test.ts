import { describe, expect, it } from 'vitest';
import { parseCsv } from '../../src/report/csv.js';
import { filledDown, jsonOf, type MarkdownTable, tablesWith, textOf } from './markdown.js';

/*
 * docs/experiments.md quotes results/experiments (what runs of the committed configurations wrote), results/coverage.json and
 * results/paper. Other tables of the document are of runs whose results are not kept here.
 */

const DOCUMENT = textOf('docs/experiments.md');

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

describe('docs/experiments.md: tables of committed results', () => {
  const segmentation = tablesWith(DOCUMENT, 'network', 'method', 'mean IoU at 0.2');

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
    const [table] = tablesWith(DOCUMENT, 'network', 'method', 'MaxBoxAcc', 'MaxBoxAccV2').filter(
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
    expect(DOCUMENT).toContain(`\`wsol-imagenet-sample.yaml\`, ${rows[0]!.images} images`);
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

  const pointing = tablesWith(DOCUMENT, 'network', 'method', 'all (n = 100)')[0]!;
  const photographs = tablesWith(DOCUMENT, 'network', 'method', 'all (n = 89)')[0]!;

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

  it('pointing-voc-sample’s best guesses, in words', () => {
    const rejects = resultsOf('pointing-voc-sample.reject');
    const curveOf = (network: string, method: string) =>
      rejects.filter((row) => row.network === network && row.method === method);
    const [squeezenet, mobilenet] = ['squeezenet1.1', 'mobilenet_v1_0.75'];
    const words =
      /of 100 images: none rejected ([^%]+) % with Grad-CAM, ([^%]+) with c-MWP \(SqueezeNet\), ([^%]+) and\s+([^%]+?) \(MobileNet\); all rejected ([\d.]+) and ([\d.]+), which only MobileNet's Grad-CAM exceeds, ([^%]+?) with (\d+) % rejected/
        .exec(DOCUMENT)!
        .slice(1);
    const order = [
      [squeezenet, 'grad-cam'],
      [squeezenet, 'c-mwp'],
      [mobilenet, 'grad-cam'],
      [mobilenet, 'c-mwp'],
    ] as const;
    for (const [i, [network, method]] of order.entries()) {
      expectNumbers(words[i]!, ...interval(curveOf(network!, method)[0]!, 'accuracy', 'low', 'high'));
    }
    expectNumbers(words[4]!, curveOf(squeezenet!, 'grad-cam').at(-1)!.accuracy);
    const curve = curveOf(mobilenet!, 'grad-cam');
    expectNumbers(words[5]!, curve.at(-1)!.accuracy);
    const best = curve.reduce((most, row) => (Number(row.accuracy) > Number(most.accuracy) ? row : most));
    expectNumbers(words[6]!, ...interval(best, 'accuracy', 'low', 'high'));
    expectNumbers(words[7]!, best.rejected);
  });

  it('faithfulness', () => {
    const [table] = tablesWith(DOCUMENT, 'method', 'insertion', 'deletion');
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
    const [table] = tablesWith(DOCUMENT, 'world', 'images');
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
    expect(DOCUMENT).toContain(`${trials.toLocaleString('en')} draws of images from each`);
    const biases = rows.filter(({ world }) => world.includes('scenes')).map(({ bias }) => (-bias).toFixed(1));
    const words = /mean IoU\s+by ([\d.]+), ([\d.]+) and ([\d.]+) points with 50, 100 and 200 scenes/.exec(
      DOCUMENT,
    )!;
    expect(words.slice(1)).toEqual(biases);
  });
});

describe('docs/experiments.md: published numbers', () => {
  interface Published {
    readonly rows: readonly {
      readonly dataset?: string;
      readonly network: string;
      readonly method: string;
      readonly values: Readonly<Record<string, number>>;
    }[];
  }
  const published = (name: string) => jsonOf<Published>(`results/paper/${name}.json`).rows;
  const valuesOf = (name: string, network: string, method: string, dataset = 'voc') =>
    published(name).find((row) => row.network === network && row.method === method && row.dataset === dataset)
      ?.values;

  it('of the pointing game', () => {
    const [table] = tablesWith(DOCUMENT, '', 'VOC07 VGG-16');
    for (const [method, ...cells] of table!.rows) {
      const expected = table!.head.slice(1).map((head) => {
        const [data, network] = head.split(' ') as [string, string];
        const values = valuesOf('pointing', network, method!, data === 'COCO' ? 'coco' : 'voc')!;
        return `${values.all!.toFixed(1)} / ${values.difficult!.toFixed(1)}`;
      });
      expect([method, ...cells]).toEqual([method, ...expected]);
    }
    const words = /variant: ([\d.]+) with Grad-CAM against ([\d.]+) with c-MWP/.exec(DOCUMENT)!.slice(1);
    expect(words).toEqual(
      ['grad-cam', 'c-mwp'].map((method) =>
        valuesOf('pointing', 'GoogLeNet', method, 'coco')!.top5_reject!.toFixed(2),
      ),
    );
  });

  it('of the rank correlation, and of segmentation', () => {
    const [table] = tablesWith(DOCUMENT, 'network', 'method', 'ρ inside objects');
    expect(table!.rows.map((row) => row[3])).toEqual(
      table!.rows.map(
        ([, method]) =>
          valuesOf('occlusion-correlation', 'VGG-16', method!)?.rank_correlation?.toFixed(3) ?? '',
      ),
    );
    const words = /paper's ([\d.]+) \(Grad-CAM\) against ([\d.]+) \(CAM\)/.exec(DOCUMENT)!.slice(1);
    expect(words).toEqual(
      ['grad-cam', 'cam'].map((method) => valuesOf('segmentation', 'VGG-16', method)!.mean_iou!.toFixed(1)),
    );
  });

  it('of localization: how far an independent rerun landed from the paper', () => {
    interface Table {
      readonly rows: readonly {
        readonly source: string;
        readonly network: string;
        readonly method: string;
        readonly loc: Readonly<Record<string, number>>;
      }[];
    }
    const { rows } = jsonOf<Table>('results/paper/localization.json');
    const apart = rows
      .filter(({ source }) => source === 'rerun')
      .flatMap(({ network, method, loc }) => {
        const paper = rows.find(
          (row) => row.source === 'paper' && row.network === network && row.method === method,
        )!;
        return Object.entries(loc).map(([k, value]) => Math.abs(value - paper.loc[k]!));
      });
    const words = /landed ([\d.]+) to ([\d.]+) points away/.exec(textOf('docs/localization.md'))!.slice(1);
    expect(words).toEqual([Math.min(...apart).toFixed(1), Math.max(...apart).toFixed(1)]);
  });
});
