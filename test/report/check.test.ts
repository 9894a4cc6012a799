import { describe, expect, it } from 'vitest';
import { compareTables, readTable } from '../../src/report/check.js';

const head = 'network,method,layer,box_rule,n,cls_top1_error,loc_top1_error,loc_top1_error_low,data,n_loc';
const line = (loc: string, rest: { n?: string; method?: string; low?: string; data?: string } = {}) =>
  `vgg,${rest.method ?? 'cam'},l,rule,${rest.n ?? '10'},30.0000,${loc},${rest.low ?? '1'},${rest.data ?? 'demo'},9`;
const table = (...lines: string[]) => readTable([head, ...lines].join('\n'), 'table.csv');
const verdicts = (was: string[], now: string[], tolerance = 0) =>
  compareTables(table(...was), table(...now), tolerance).map(({ verdict }) => verdict);

describe('bench check', () => {
  it('finds equal rows the same, and ignores interval bounds', () => {
    expect(verdicts([line('50.0000')], [line('50.0000', { low: '2' })])).toEqual(['same']);
  });
  it('names the row, the column and both values when an error grew', () => {
    const [finding] = compareTables(table(line('50.0000')), table(line('50.3000')), 0.2);
    expect(finding).toEqual({
      verdict: 'worse',
      text: 'vgg, cam at l, rule: loc_top1_error 50.0000 → 50.3000',
    });
  });
  it('accepts growth up to the tolerance, that much included', () => {
    expect(verdicts([line('50.0000')], [line('50.2000')], 0.2)).toEqual(['same']);
    expect(verdicts([line('50.0000')], [line('50.2001')], 0.2)).toEqual(['worse']);
  });
  it('is content with an improvement, and notes it', () => {
    expect(verdicts([line('50.0000')], [line('40.0000')])).toEqual(['better']);
  });
  it('reports rows that are gone and rows that are new', () => {
    expect(verdicts([line('50.0000')], [line('50.0000', { method: 'x' })])).toEqual(['missing', 'new']);
  });
  it('refuses to compare other numbers of images or other data', () => {
    const [finding] = compareTables(table(line('50.0000')), table(line('10.0000', { n: '11' })), 0);
    expect(finding).toEqual({
      verdict: 'incomparable',
      text: "vgg, cam at l, rule: cannot be compared: n is 11, the baseline's 10",
    });
    expect(verdicts([line('50.0000')], [line('50.0000', { data: 'val' })])).toEqual(['incomparable']);
  });
  it('treats an error that vanished as worse', () => {
    expect(verdicts([line('50.0000')], [line('')])).toEqual(['worse']);
  });
});

describe('readTable', () => {
  it('names the file and the column that is missing', () => {
    expect(() => readTable('network,method\n', 'x.csv')).toThrow(
      'x.csv: no column `layer`; expected a table.csv of bench run',
    );
  });
  it('names a line that is too short', () => {
    expect(() => readTable(`${head}\nvgg,cam\n`, 'x.csv')).toThrow(
      'x.csv: line 2 has 2 cells, its head has 10',
    );
  });
});
