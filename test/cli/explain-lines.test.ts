import { describe, expect, it } from 'vitest';
import { mapsTable } from '../../src/cli/explain-lines.js';
import { fitTable } from '../../src/report/fit-table.js';
import type { Explained } from '../../src/run/explain-options.js';

const map = (change: Partial<Explained>): Explained => ({
  ...{ image: 'x.jpg', method: 'grad-cam', layer: 'relu5', className: 'tabby, tabby cat' },
  ...{ score: 30.6441, probability: 0.66, rule: '>=0.15 of max' },
  box: { x0: 0.4, y0: 0, x1: 449.6, y1: 299 },
  ...change,
});
const printed = (maps: readonly Explained[]) =>
  fitTable(mapsTable({ image: 'x.jpg', classes: [], maps, figure: 'x.png' }), 80);

describe('the maps of an image in a terminal', () => {
  it('have a row each, and the box rule in the head when they have it in common', () => {
    expect(printed([map({}), map({ method: 'backprop', layer: 'input', box: undefined })])).toEqual([
      'method    layer  class  box (>=0.15 of max)   score',
      '────────  ─────  ─────  ───────────────────  ──────',
      'grad-cam  relu5  tabby  0 0 450 299          30.644',
      'backprop  input  tabby  none                 30.644',
    ]);
  });

  it('say their rules where these differ', () => {
    expect(printed([map({}), map({ method: 'cam', rule: '>1.5 of mean' })])).toEqual([
      'method    layer  class  box          rule            score',
      '────────  ─────  ─────  ───────────  ─────────────  ──────',
      'grad-cam  relu5  tabby  0 0 450 299  >=0.15 of max  30.644',
      'cam       relu5  tabby  0 0 450 299  >1.5 of mean   30.644',
    ]);
  });
});
