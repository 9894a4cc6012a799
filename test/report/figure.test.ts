import { describe, expect, it } from 'vitest';
import { drawFigure } from '../../src/report/figure.js';

const spec = (title: string) => ({
  title,
  data: { values: [1, 2, 3].map((x) => ({ x, y: x * x, kind: x % 2 === 0 ? 'even' : 'odd' })) },
  mark: { type: 'line', clip: true },
  encoding: {
    x: { field: 'x', type: 'quantitative', title: 'side (px)' },
    y: { field: 'y', type: 'quantitative', title: 'area (px²)' },
    strokeDash: { field: 'kind', type: 'nominal' },
  },
});

describe('drawFigure', () => {
  it('draws SVG with the axes named', async () => {
    const svg = await drawFigure(spec('squares'));
    expect(svg).toMatch(/^<svg /);
    for (const text of ['squares', 'side (px)', 'area (px²)', 'even', 'odd']) expect(svg).toContain(text);
    expect(svg).toContain('stroke-dasharray');
  });

  it('gives the same bytes again, whatever was drawn before', async () => {
    const first = await drawFigure(spec('one'));
    await drawFigure(spec('two'));
    expect(await drawFigure(spec('one'))).toBe(first);
  });
});
