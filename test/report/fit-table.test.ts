import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Column } from '../../src/base/table.js';
import { fitReport, fitTable } from '../../src/report/fit-table.js';

const columns: readonly Column[] = [
  { title: 'network', align: 'left' },
  { title: 'method', align: 'left' },
  { title: 'box', align: 'left' },
  { title: 'loc top-1', align: 'right' },
];
const rows = [
  ['vgg16', 'grad-cam', '>=0.15 of max', '71.20 (67.1–75.3)'],
  ['vgg16', 'c-mwp', 'mean 1.5', '9.00 (6.2–12.1)'],
];

describe('a report that must fit', () => {
  it('stays as it is where there is room', () => {
    expect(fitTable({ heads: columns, rows }, 80)).toEqual([
      'network  method    box                    loc top-1',
      '───────  ────────  ─────────────  ─────────────────',
      'vgg16    grad-cam  >=0.15 of max  71.20 (67.1–75.3)',
      'vgg16    c-mwp     mean 1.5         9.00 (6.2–12.1)',
    ]);
  });

  it('breaks texts at spaces first', () => {
    expect(fitTable({ heads: columns, rows }, 46)).toEqual([
      'network  method    box               loc top-1',
      '───────  ────────  ────────  ─────────────────',
      'vgg16    grad-cam  >=0.15    71.20 (67.1–75.3)',
      '                   of max',
      'vgg16    c-mwp     mean 1.5    9.00 (6.2–12.1)',
    ]);
  });

  it('then puts intervals below their estimates', () => {
    expect(fitTable({ heads: columns, rows }, 40)).toEqual([
      'network  method    box         loc top-1',
      '───────  ────────  ────────  ───────────',
      'vgg16    grad-cam  >=0.15          71.20',
      '                   of max    (67.1–75.3)',
      'vgg16    c-mwp     mean 1.5         9.00',
      '                              (6.2–12.1)',
    ]);
  });

  it('then puts the texts of a row above its numbers', () => {
    expect(fitTable({ heads: columns, rows }, 32)).toEqual([
      '          loc top-1',
      '  ─────────────────',
      'vgg16 · grad-cam · >=0.15 of max',
      '  71.20 (67.1–75.3)',
      'vgg16 · c-mwp · mean 1.5',
      '    9.00 (6.2–12.1)',
    ]);
  });

  it('and at last makes a block of each row', () => {
    expect(fitTable({ heads: columns, rows }, 12)).toEqual([
      'vgg16 · grad-cam · >=0.15 of max',
      '  loc top-1  71.20 (67.1–75.3)',
      '',
      'vgg16 · c-mwp · mean 1.5',
      '  loc top-1  9.00 (6.2–12.1)',
    ]);
  });

  it('gives the room that is left to the texts that are broken most', () => {
    const heads: readonly Column[] = [
      { title: 'method', align: 'left' },
      { title: 'what it is', align: 'left' },
    ];
    expect(fitTable({ heads, rows: [['cam', 'activations weighted by the classifier']] }, 31)).toEqual([
      'method  what it is',
      '──────  ───────────────────────',
      'cam     activations weighted by',
      '        the classifier',
    ]);
  });

  it('wraps sentences, and leaves tables in a pipe as they are', () => {
    const report = ['one sentence about a table', { heads: columns, rows }];
    expect(fitReport(report, 20)[0]).toBe('one sentence about a');
    expect(fitReport(report, Number.POSITIVE_INFINITY)).toHaveLength(5);
  });

  it('loses no word in any width', () => {
    const cell = fc.stringMatching(/^[a-z]{1,8}( [a-z]{1,8}){0,2}$/);
    fc.assert(
      fc.property(
        fc.array(fc.array(cell, { minLength: 4, maxLength: 4 }), { minLength: 1 }),
        fc.nat(90),
        (table, width) => {
          const words = fitTable({ heads: columns, rows: table }, width).join(' ').split(/\s+/);
          for (const word of table.flat().join(' ').split(' ')) expect(words).toContain(word);
        },
      ),
    );
  });
});
