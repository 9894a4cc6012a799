import { describe, expect, it } from 'vitest';
import { parseCsv } from '../../src/report/csv.js';
import { filledDown, jsonOf, tablesWith, textOf } from './markdown.js';

/* Numbers in the README, in the pages that it hands them on to, and in the quickstart's model card are those of committed files. */

interface SpeedRow {
  readonly network: string;
  readonly batch: number;
  readonly measure: string;
  readonly ratio: number;
}

interface Errors {
  readonly scenes: number;
  readonly top1Error: number;
  readonly top5Error: number;
}

interface ModelFacts {
  readonly file: string;
  readonly bytes: number;
  /** On all scenes, and on those that the quickstart runs on. */
  readonly validation: Errors;
  readonly quickstart: Errors;
  readonly training: { readonly seconds: number; readonly scenes: number; readonly training_scenes: number };
}

const README = textOf('README.md');
const QUICKSTART = textOf('docs/measurements/quickstart.md');
const [head, ...lines] = parseCsv(textOf('results/baseline/quickstart.csv'));
const baseline = lines.map((cells) => Object.fromEntries(head!.map((name, i) => [name, cells[i]!])));
const tenth = (text: string) => Number(text).toFixed(1);

/** An estimate and its interval as they are written: `71.2 (67.2–75.2)`. */
const interval = (row: Readonly<Record<string, string>>, name: string) =>
  `${tenth(row[name]!)} (${tenth(row[`${name}_low`]!)}–${tenth(row[`${name}_high`]!)})`;

describe('docs/measurements/quickstart.md', () => {
  it('shows the committed table of the quickstart, row by row', () => {
    const [table] = tablesWith(QUICKSTART, 'network', 'method', 'box', 'top-1 class');
    const expected = baseline.map((row, i) => {
      const first = row.network !== baseline[i - 1]?.network;
      const rule = row.box_rule!.split(',')[0]!.replace(/^>= ?/, '≥ ').replace(/^> ?/, '> ');
      return [
        ...[row.network, row.method, row.method === 'center-box' ? '' : rule],
        ...(first ? [tenth(row.cls_top1_error!), tenth(row.cls_top5_error!)] : ['', '']),
        ...[interval(row, 'loc_top1_error'), interval(row, 'loc_top5_error')],
      ];
    });
    expect(filledDown(table!)).toEqual(expected);
    const n = new Set(baseline.flatMap((row) => [row.n, row.n_loc]));
    expect([...n]).toEqual([/\(n = (\d+);/.exec(QUICKSTART)![1]]);
  });
});

/** The rows of the paper that the README puts beside those of a small network. */
const PAPER: Readonly<Record<string, string>> = {
  vgg16: 'VGG-16',
  'vgg16-gap': 'VGG-16-GAP',
  alexnet: 'AlexNet',
  googlenet: 'GoogLeNet',
};

interface PublishedRow {
  readonly source: string;
  readonly network: string;
  readonly method: string;
  readonly loc: Readonly<Record<1 | 5, number>>;
}

type Times = Readonly<Record<'cpu' | 'wall', number>>;

interface PeerRow extends Readonly<Record<'as used' | 'at best', Times>> {
  readonly network: string;
  readonly measure: string;
  readonly library: string;
  readonly ours: Times;
}

describe('README', () => {
  it('shows sixteen rows of the quickstart beside the paper’s', () => {
    const [table] = tablesWith(README, 'network', 'method', 'ours: top-1');
    const rows = filledDown(table!);
    expect(rows).toHaveLength(16);
    const { rows: published } = jsonOf<{ rows: readonly PublishedRow[] }>('results/paper/localization.json');
    const expected = rows.map(([network, method]) => {
      const row = baseline.find(
        (one) =>
          one.network === network && one.method === method && /^(>=0\.15 of max|center)/.test(one.box_rule!),
      )!;
      const paper = published.find(
        (one) => one.source === 'paper' && one.network === PAPER[network!] && one.method === method,
      );
      return [
        ...[network, method, interval(row, 'loc_top1_error'), interval(row, 'loc_top5_error')],
        ...(paper === undefined ? ['–', '–'] : [paper.loc[1].toFixed(1), paper.loc[5].toFixed(1)]),
      ];
    });
    expect(rows).toEqual(expected);
    expect([...new Set(baseline.flatMap((row) => [row.n, row.n_loc]))]).toEqual([
      /\(n = (\d+);/.exec(README)![1],
    ]);
    expect(/of the quickstart's (\d+) rows/.exec(README)![1]).toBe(String(baseline.length));
  });

  it('has the measured times of the libraries', () => {
    const [table] = tablesWith(README, '', 'networks', 'measures that it has');
    const { machine, speed } = jsonOf<{
      machine: { clock: 'cpu' | 'wall' };
      speed: readonly PeerRow[];
    }>('results/speed/peers.json');
    const five = speed.filter(({ network, measure }) => network === 'vgg16' && measure === 'grad-cam x5');
    const times = (row: PeerRow, way: 'as used' | 'at best') =>
      (row[way][machine.clock] / row.ours[machine.clock]).toFixed(2);
    const shown = table!.rows.map((cells) => [/\w[\w-]*/.exec(cells[0]!)![0], cells.at(-1)]);
    expect(shown).toEqual([
      ['explanation-bench', '1'],
      ...five.map((row) => [row.library, `${times(row, 'as used')}, then ${times(row, 'at best')}`]),
      ['Quantus', 'not measured'],
    ]);
    const captum = speed.find(
      ({ network, measure, library }) =>
        network === 'vgg16' && measure === 'backprop x1' && library === 'Captum',
    )!;
    expect(README).toMatch(
      /Captum\s+at\s+its\s+best\s+takes\s+as\s+long\s+as\s+we\s+do\s+for\s+one\s+backprop\s+map/,
    );
    expect(times(captum, 'at best')).toBe('1.00');
  });

  it('quotes the committed speed', () => {
    const { rows } = jsonOf<{ rows: readonly SpeedRow[] }>('results/speed/onnxruntime.json');
    const ratio = (measure: string, batch: number) =>
      rows
        .find((row) => row.network === 'vgg16' && row.measure === measure && row.batch === batch)!
        .ratio.toFixed(2);
    const quoted =
      /On VGG-16, five Grad-CAM maps .*\stake\s([\d.]+)\stimes .*\sbackprop\smap\stakes\s([\d.]+)\stimes\.\s+In batches of eight, .*\s([\d.]+)\sand\s([\d.]+)\stimes/s.exec(
        README,
      );
    expect(quoted!.slice(1)).toEqual([
      ...[ratio('grad-cam x5', 1), ratio('backprop x1', 1)],
      ...[ratio('grad-cam x5', 8), ratio('backprop x1', 8)],
    ]);
  });

  it('counts the topologies and exports that are compared', () => {
    const names = textOf('test/golden/topologies.jsonl').trim().split('\n').length;
    const rows = tablesWith(textOf('docs/measurements/parity.md'), 'network', 'opset')[0]!.rows;
    expect(rows).toHaveLength(names);
    expect(/in (\d+)\s+exports/.exec(textOf('docs/measurements/README.md'))![1]).toBe(String(names));
  });
});

describe('the quickstart’s model card', () => {
  const card = textOf('models/quickstart/README.md');
  const models = jsonOf<Record<string, ModelFacts>>('models/quickstart/models.json');

  it('has the facts of models.json', () => {
    const [errors] = tablesWith(card, 'File', 'Top-1 error');
    expect(errors!.rows.map((row) => [...row.slice(0, 3), row.at(-1)])).toEqual(
      Object.values(models).map(({ file, bytes, validation }) => [
        `\`${file}\``,
        ...[`${validation.top1Error.toFixed(1)} %`, `${validation.top5Error.toFixed(1)} %`],
        `${(bytes / 2 ** 20).toFixed(2)} MiB`,
      ]),
    );
    const [training] = tablesWith(card, 'Net', 'Scenes seen');
    expect(training!.rows.map((row) => row.slice(0, 3))).toEqual(
      Object.entries(models).map(
        ([
          name,
          {
            training: { seconds, scenes, training_scenes: all },
          },
        ]) => [
          name,
          `${scenes.toLocaleString('en')} (${(scenes / all).toFixed(1)} × ${all.toLocaleString('en')})`,
          (seconds / 60).toFixed(0),
        ],
      ),
    );
  });

  it('is at most one scene from the committed table, which another program measured', () => {
    for (const [name, { validation, quickstart }] of Object.entries(models)) {
      const row = baseline.find(({ network }) => network === name)!;
      expect([validation.scenes, String(quickstart.scenes)]).toEqual([500, row.n]);
      const scene = 100 / quickstart.scenes + 1e-4;
      expect(Math.abs(quickstart.top1Error - Number(row.cls_top1_error))).toBeLessThanOrEqual(scene);
      expect(Math.abs(quickstart.top5Error - Number(row.cls_top5_error))).toBeLessThanOrEqual(scene);
    }
  });
});
