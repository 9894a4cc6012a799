import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseCsv } from '../../src/report/csv.js';
import { tablesWith, textOf } from './markdown.js';

/* docs/judge.md: its table is that of results/judge.csv, and its lines are those of the scripts. */

const page = textOf('docs/judge.md');
const [head, ...lines] = parseCsv(textOf('results/judge.csv'));
const rows = lines.map((cells) => Object.fromEntries(head!.map((name, i) => [name, cells[i]!])));
const NAMES: Readonly<Record<string, readonly [network: string, method: string]>> = {
  ours: ['ours', 'grad-cam'],
  TorchRay: ['torchray', 'grad-cam'],
  'Captum, `relu_attributions=True`': ['captum-relu', 'grad-cam'],
  Captum: ['captum', 'grad-cam'],
  TorchCAM: ['torchcam', 'grad-cam'],
  'pytorch-grad-cam': ['pytorch-grad-cam', 'grad-cam'],
  'centre box, no map': ['ours', 'center-box'],
};

describe('docs/judge.md', () => {
  it('quotes the measured table', () => {
    const [table] = tablesWith(page, 'maps by', 'size');
    expect(table!.rows.map(([name]) => name)).toEqual(Object.keys(NAMES));
    for (const [name, , top1, top5] of table!.rows) {
      const [network, method] = NAMES[name!]!;
      const row = rows.find((one) => one.network === network && one.method === method)!;
      const quoted = (measure: string) => {
        const [value, low, high] = ['', '_low', '_high'].map((part) => Number(row[`${measure}${part}`]));
        return `${value!.toFixed(2)} (${low!.toFixed(1)}–${high!.toFixed(1)})`;
      };
      expect([name, top1, top5]).toEqual([name, quoted('loc_top1_error'), quoted('loc_top5_error')]);
      expect(row.n).toBe('650');
    }
  });

  it.each(['pytorch_grad_cam', 'torchcam', 'captum', 'torchray'])(
    'has the lines of maps_%s.py',
    (library) => {
      const script = textOf(`scripts/judge/maps_${library}.py`);
      expect(page).toContain(script.slice(script.indexOf('model = network()')).trim());
    },
  );

  it('names the versions that the scripts install', () => {
    const pinned = textOf('scripts/judge/requirements.txt');
    for (const [, name, version] of page.matchAll(
      /^# (pytorch-grad-cam|TorchCAM|Captum|TorchRay) ([\d.]+)$/gm,
    )) {
      const packageName = name === 'pytorch-grad-cam' ? 'grad-cam' : name!.toLowerCase();
      expect(pinned).toContain(`${packageName}==${version}\n`);
    }
    expect(existsSync(new URL('../../results/judge.across.csv', import.meta.url))).toBe(true);
  });
});

describe("the quickstart's leaderboard", () => {
  const [names, ...ranked] = parseCsv(textOf('results/quickstart-leaderboard.csv'));
  const cell = (row: readonly string[], name: string) => row[names!.indexOf(name)]!;
  const range = (row: readonly string[]) => `${cell(row, 'rank_from')}–${cell(row, 'rank_to')}`;
  const rowOf = (network: string, method: string) =>
    ranked.find(
      (row) =>
        cell(row, 'network') === network && cell(row, 'method') === method && row.join().includes('0.15'),
    )!;

  it('is what the page says', () => {
    const first = ranked.filter((row) => cell(row, 'rank') === '1');
    expect([ranked.length, first.length]).toEqual([29, 25]);
    expect(cell(rowOf('vgg16', 'guided-backprop'), 'rank')).toBe('26');
    expect(page).toContain(`ResNet's Grad-CAM has ${range(rowOf('resnet', 'grad-cam'))}`);
    expect(page.replace(/\n/g, ' ')).toContain(
      `AlexNet's backprop has ${range(rowOf('alexnet', 'backprop'))}`,
    );
  });

  it("has the errors of the quickstart's table", () => {
    const [heads, ...table] = parseCsv(textOf('results/baseline/quickstart.csv'));
    const at = (row: readonly string[], name: string) => row[heads!.indexOf(name)]!;
    for (const row of ranked) {
      const same = table.find((one) => {
        return ['network', 'method', 'layer', 'box_rule'].every((name) => at(one, name) === cell(row, name));
      });
      expect(cell(row, 'error')).toBe(at(same!, 'loc_top1_error'));
    }
  });
});
