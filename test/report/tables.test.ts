import { describe, expect, it } from 'vitest';
import { formatTable } from '../../src/report/console-table.js';
import { parseCsv } from '../../src/report/csv.js';
import { fitReport } from '../../src/report/fit-table.js';
import { consoleReport, pairsCsv, tableCsv } from '../../src/report/localization-table.js';
import { readPaperTable } from '../../src/report/paper.js';
import type { TableRow } from '../../src/report/rows.js';

const interval = (estimate: number) => ({ n: 50000, estimate, low: estimate - 1, high: estimate + 1 });
const paper = (await readPaperTable()).find('VGG-16', 'grad-cam')!;
const row: TableRow = {
  network: 'vgg16',
  method: 'grad-cam',
  layer: 'relu5_3',
  boxRule: 'largest',
  n: 10,
  nLoc: 9,
  errors: [
    { k: 1, cls: interval(30), loc: interval(56) },
    { k: 5, cls: interval(10), loc: undefined },
  ],
  paper,
};
const val = { label: 'ImageNet val', comparable: true };
const demonstration = { label: 'demonstration (not ImageNet)', comparable: false };

/** The report as it goes into a pipe. */
const printed = (...report: Parameters<typeof consoleReport>) =>
  fitReport(consoleReport(...report), Number.POSITIVE_INFINITY);

function records(csv: string): Record<string, string>[] {
  const [head, ...rows] = parseCsv(csv);
  return rows.map((cells) => Object.fromEntries(head!.map((name, i) => [name, cells[i]!])));
}

describe('a row against the centre box of its network', () => {
  it('is better or worse where the intervals are apart', () => {
    const against = (method: string, estimate: number, network = 'a'): TableRow => ({
      ...row,
      ...{ network, method, errors: [{ k: 1, cls: interval(30), loc: interval(estimate) }] },
    });
    const rows = [
      ...[against('good', 50), against('close', 59), against('bad', 70), against('center-box', 60)],
      ...[against('alone', 10, 'b')],
    ];
    const table = consoleReport(rows, [1], val, 'x').find((line) => typeof line !== 'string');
    expect(table).toMatchObject({ tones: ['better', undefined, 'worse', undefined, undefined] });
  });
});

describe('table.csv', () => {
  it('starts with the columns that others rely on', () => {
    const head = tableCsv([], [1, 5], val).split('\n')[0]!;
    const errors = ['cls_top1', 'cls_top5', 'loc_top1', 'loc_top5'].map(
      (name) => `${name}_error,${name}_error_low,${name}_error_high`,
    );
    expect(head.startsWith(`network,method,layer,box_rule,n,${errors.join(',')},paper_cls_top1_error,`)).toBe(
      true,
    );
  });
  it('has fixed digits, and nothing where nothing counted', () => {
    const [cells] = records(tableCsv([row], [1, 5], val));
    expect(cells).toMatchObject({
      cls_top1_error: '30.0000',
      cls_top1_error_low: '29.0000',
      loc_top1_error_high: '57.0000',
      loc_top5_error: '',
      paper_loc_top5_error: '46.41',
      n: '10',
      n_loc: '9',
    });
  });
  it('takes the difference from the paper only on its own data', () => {
    expect(records(tableCsv([row], [1, 5], val))[0]!.difference_loc_top1_error).toBe('-0.5100');
    const other = records(tableCsv([row], [1, 5], demonstration))[0]!;
    expect(other.difference_loc_top1_error).toBe('');
    expect(other.paper_loc_top1_error).toBe('56.51');
    expect(other.paper_source).toBe('paper (ILSVRC-15 val)');
    expect(other.data).toBe('demonstration (not ImageNet)');
  });
});

describe('pairs.csv', () => {
  it('writes a negative difference as a number', () => {
    const a = { method: 'grad-cam', layer: 'l', boxRule: 'contours' };
    const b = { method: 'backprop', layer: 'input', boxRule: 'x, y' };
    const text = pairsCsv([{ network: 'n', a, b, k: 1, n: 4, difference: interval(-25) }]);
    expect(text.split('\n')[1]).toBe(
      'n,grad-cam,l,backprop,input,1,4,-25.0000,-26.0000,-24.0000,contours,"x, y"',
    );
  });
});

describe('the console table', () => {
  it('aligns columns', () => {
    const columns = [
      { title: 'name', align: 'left' },
      { title: 'n', align: 'right' },
    ] as const;
    expect(
      formatTable(columns, [
        ['a', '100'],
        ['longer', '5'],
      ]),
    ).toEqual(['name      n', '──────  ───', 'a       100', 'longer    5']);
  });
  it('says which data it is, and prints no difference on other data', () => {
    const lines = printed([row], [1, 5], demonstration, 'quickstart');
    expect(lines[0]).toBe('quickstart: demonstration (not ImageNet)');
    expect(lines.join('\n')).toContain('56.51 / 46.41');
    expect(lines.join('\n')).toContain('these are other data');
    expect(lines.join('\n')).not.toContain('-0.51');
  });
  it('names each row’s box rule by its first words', () => {
    const other = { ...row, boxRule: 'smoothed 0.02, >1.5 of mean, one box, bilinear to image' };
    const text = printed([row, other], [1, 5], demonstration, 'quickstart').join('\n');
    expect(text).toContain('  smoothed 0.02, >1.5 of mean  ');
    expect(text).not.toContain('bilinear');
  });
  it('prints value, interval and difference on ImageNet val', () => {
    const text = printed([row], [1, 5], val, 'vgg16').join('\n');
    expect(text).toContain('56.00 (55.0–57.0)');
    expect(text).toContain('-0.51');
    expect(text).toContain('–  ');
  });
  it('leaves the paper out when no row is one of its networks', () => {
    const { paper: _paper, ...plain } = row;
    expect(printed([plain], [1, 5], demonstration, 'x').join('\n')).not.toContain('paper');
  });
});

describe("the paper's numbers", () => {
  it('keeps the independent rerun apart from the paper', async () => {
    const table = await readPaperTable();
    expect(table.find('GoogLeNet', 'grad-cam')!.loc).toEqual({ 1: 60.09, 5: 49.34 });
    expect(table.find('GoogLeNet', 'backprop')).toBeUndefined();
    expect(table.find(undefined, 'grad-cam')).toBeUndefined();
    expect(table.networks).toEqual(['VGG-16', 'VGG-16-GAP', 'AlexNet', 'GoogLeNet']);
  });
});
