import { describe, expect, it } from 'vitest';
import { parseCsv } from '../../src/report/csv.js';
import { filledDown, jsonOf, tablesWith, textOf } from './markdown.js';

/* Numbers in the README and in the quickstart's model card are those of committed files. */

interface SpeedRow {
  readonly network: string;
  readonly batch: number;
  readonly measure: string;
  readonly ratio: number;
}

interface ModelFacts {
  readonly file: string;
  readonly bytes: number;
  readonly validation: { readonly scenes: number; readonly top1Error: number; readonly top5Error: number };
  readonly training: { readonly seconds: number; readonly scenes: number; readonly training_scenes: number };
}

const README = textOf('README.md');
const [head, ...lines] = parseCsv(textOf('results/baseline/quickstart.csv'));
const baseline = lines.map((cells) => Object.fromEntries(head!.map((name, i) => [name, cells[i]!])));
const tenth = (text: string) => Number(text).toFixed(1);

describe('README', () => {
  it('shows the committed table of the quickstart, row by row', () => {
    const [table] = tablesWith(README, 'network', 'method', 'box', 'top-1 class');
    const expected = baseline.map((row, i) => {
      const interval = (name: string) =>
        `${tenth(row[name]!)} (${tenth(row[`${name}_low`]!)}–${tenth(row[`${name}_high`]!)})`;
      const first = row.network !== baseline[i - 1]?.network;
      const rule = row.box_rule!.split(',')[0]!.replace(/^>= ?/, '≥ ').replace(/^> ?/, '> ');
      return [
        ...[row.network, row.method, row.method === 'center-box' ? '' : rule],
        ...(first ? [tenth(row.cls_top1_error!), tenth(row.cls_top5_error!)] : ['', '']),
        ...[interval('loc_top1_error'), interval('loc_top5_error')],
      ];
    });
    expect(filledDown(table!)).toEqual(expected);
    const n = new Set(baseline.flatMap((row) => [row.n, row.n_loc]));
    expect([...n]).toEqual([/\(n = (\d+);/.exec(README)![1]]);
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
    expect(/in (\d+)\s+exports/.exec(README)![1]).toBe(String(names));
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
    for (const [name, { validation }] of Object.entries(models)) {
      const row = baseline.find(({ network }) => network === name)!;
      const scene = 100 / validation.scenes + 1e-9;
      expect(Math.abs(validation.top1Error - Number(row.cls_top1_error))).toBeLessThanOrEqual(scene);
      expect(Math.abs(validation.top5Error - Number(row.cls_top5_error))).toBeLessThanOrEqual(scene);
    }
  });
});
