import { describe, expect, it } from 'vitest';
import { bounded, columns, rowNames } from '../../src/report/columns.js';
import { fitTable } from '../../src/report/fit-table.js';

interface Row {
  readonly network: string;
  readonly method: string;
  readonly layer: string;
  readonly group: string | undefined;
  readonly n: number;
  readonly error: { readonly estimate: number; readonly low: number; readonly high: number } | undefined;
}

const rows: readonly Row[] = [
  ...[{ network: 'vgg', method: 'cam', layer: 'relu5', group: '=a, b', n: 12 }].map((row) => ({
    ...{ ...row, error: { estimate: 12.345678, low: -0.00001, high: 20 } },
  })),
  { network: 'resnet', method: 'grad-cam', layer: '', group: undefined, n: 0, error: undefined },
];

const table = columns<Row>([
  { name: 'data', of: () => 'world' },
  ...rowNames<Row>(),
  'group',
  { name: 'n', of: ({ n }) => n, align: 'right' },
  {
    name: bounded('error'),
    of: ({ error }) => error,
    digits: 4,
    title: 'error in %',
    align: 'right',
    shown: [2, 1],
  },
  { name: ['value', 'from', 'to'], of: ({ error }) => error, digits: ({ n }) => (n > 10 ? 1 : 0) },
  { title: 'sign', of: ({ n }) => (n > 0 ? '+' : ''), align: 'left' },
]);

describe('a table of columns', () => {
  it('is a CSV file of its named columns, an estimate with its bounds, with fixed digits', () => {
    expect(table.csv(rows)).toBe(
      [
        'data,network,method,layer,group,n,error,error_low,error_high,value,from,to',
        `world,vgg,cam,relu5,"'=a, b",12,12.3457,0.0000,20.0000,12.3,0.0,20.0`,
        'world,resnet,grad-cam,,,0,,,,,,',
        '',
      ].join('\n'),
    );
  });

  it('has the same bytes in parts', () => {
    expect(table.csvHead + rows.map((row) => table.csvRows([row])).join('')).toBe(table.csv(rows));
    expect(table.csvRows([])).toBe('');
  });

  it('is, for people, its columns with an alignment, under their titles', () => {
    expect(fitTable(table.shown(rows), Number.POSITIVE_INFINITY)).toEqual([
      'network  method    layer   n        error in %  sign',
      '───────  ────────  ─────  ──  ────────────────  ────',
      'vgg      cam       relu5  12  12.35 (0.0–20.0)  +',
      'resnet   grad-cam          0                 –',
    ]);
    expect(table.heads.map(({ title }) => title)).toEqual([
      'network',
      'method',
      'layer',
      'n',
      'error in %',
      'sign',
    ]);
    expect(table.texts(rows[1]!)).toEqual(['resnet', 'grad-cam', '', '0', '–', '']);
  });
});
