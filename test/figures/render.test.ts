import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { layoutOf } from '../../src/figures/layout.js';
import { pagesOf } from '../../src/figures/pages.js';
import { renderFigure } from '../../src/figures/render.js';
import { FIGURE_STYLE } from '../../src/figures/spec.js';
import { onPixels, svgOf } from '../../src/figures/svg.js';
import { gridSpec, plain } from './specs.js';

const spec = gridSpec(2, 2, plain(90, 60), 'Tabby & <cat>');
const layout = layoutOf(spec, FIGURE_STYLE);
const urls = layout.marks.filter(({ kind }) => kind === 'image').map((_, i) => `data:,${i}`);

describe('svgOf', () => {
  it('keeps text as text, with the font in the file', () => {
    const svg = svgOf(layout, urls, 'text', 1);
    expect(svg).toContain('>Tabby &#38; &#60;cat&#62; 0</text>');
    expect(svg.match(/<text /g)).toHaveLength(layout.marks.filter(({ kind }) => kind === 'text').length);
    expect(svg.match(/@font-face/g)).toHaveLength(2);
    expect(svg).not.toContain('<path');
  });

  it('has no text among outlines, and asks for no font', () => {
    const svg = svgOf(layout, urls, 'outlines', 1);
    expect(svg).not.toMatch(/<text|font/);
    expect(svg.match(/<path /g)).toHaveLength(layout.marks.filter(({ kind }) => kind === 'text').length);
  });

  it('holds each picture in its place', () => {
    const svg = svgOf(layout, urls, 'outlines', 2);
    const found = [...svg.matchAll(/<image x="([\d.]+)" y="([\d.]+)"[^>]+href="data:,(\d+)"/g)];
    const images = layout.marks.filter(({ kind }) => kind === 'image');
    expect(found.map(([, x, y, i]) => [Number(x), Number(y), Number(i)])).toEqual(
      images.map(({ x, y }, i) => [x, y, i]),
    );
  });
});

describe('renderFigure', () => {
  it('draws PNG at twice the layout, or as wide as asked', async () => {
    const size = async (width?: number) => {
      const png = await renderFigure('png', spec, { ...FIGURE_STYLE, ...(width ? { width } : {}) });
      const meta = await sharp(png).metadata();
      return [meta.width, meta.height, meta.channels];
    };
    expect(await size()).toEqual([2 * layout.width, 2 * layout.height, 3]);
    expect(await size(500)).toEqual([500, Math.round((500 * layout.height) / layout.width), 3]);
  });

  it('paints pictures onto whole pixels, as they are', async () => {
    const figure = gridSpec(1, 1, plain(90, 60, 77));
    const placed = layoutOf(figure, FIGURE_STYLE);
    const png = await renderFigure('png', figure, { ...FIGURE_STYLE, width: 777 });
    const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
    const [original] = placed.marks.flatMap((mark) => (mark.kind === 'image' ? [mark] : []));
    const { x, y, width, height } = onPixels(original!, 777 / placed.width);
    const levels = new Set<number>();
    for (let row = y; row < y + height; row++) {
      for (let column = x; column < x + width; column++) levels.add(data[3 * (row * info.width + column)]!);
    }
    expect([...levels]).toEqual([77]);
    // The pixels around it are white.
    expect(data[3 * ((y + 5) * info.width + x - 1)]).toBe(255);
    expect(data[3 * ((y + 5) * info.width + x + width)]).toBe(255);
  });

  it('has the same pixels whatever fonts the machine has', async () => {
    const script = `
      import { renderFigure } from ${JSON.stringify(new URL('../../dist/figures/render.js', import.meta.url).href)};
      import { createHash } from 'node:crypto';
      const picture = { data: new Uint8Array(30).fill(90), width: 5, height: 2 };
      const heat = { data: Float32Array.of(0, 1), width: 2, height: 1 };
      const spec = { columns: [{ title: 'tabby', details: ['p = 0.14'] }], caption: ['network'],
        rows: [{ label: { title: 'Grad-CAM' }, cells: [{ picture, map: { heat } }] }] };
      const style = { colormap: 'inferno', alpha: 0.85, ground: 'grey', boxes: true };
      process.stdout.write(createHash('sha256').update(await renderFigure('png', spec, style)).digest('hex'));`;
    const folder = fileURLToPath(new URL('.', import.meta.url));
    const hash = async (env: Record<string, string>) => {
      const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
        cwd: folder,
        env: { ...process.env, ...env },
      });
      return (await run).stdout;
    };
    const here = await hash({});
    expect(here).toMatch(/^[0-9a-f]{64}$/);
    const nowhere = { FONTCONFIG_PATH: '/nonexistent', FONTCONFIG_FILE: '/nonexistent/fonts.conf' };
    expect(await hash(nowhere)).toBe(here);
  });

  it.each(['png', 'svg', 'pdf'] as const)('gives the same bytes of %s again', async (format) => {
    const hash = async () =>
      createHash('sha256')
        .update(await renderFigure(format, spec, FIGURE_STYLE))
        .digest('hex');
    expect(await hash()).toBe(await hash());
  });

  it('writes PDF with the font in it', async () => {
    const pdf = (await renderFigure('pdf', spec, FIGURE_STYLE)).toString('latin1');
    expect(pdf).toMatch(/^%PDF-1/);
    expect(pdf).toMatch(/\/BaseFont \/[A-Z]{6}\+IBMPlexSans/);
    expect(pdf).toContain('/ToUnicode');
    expect(pdf.match(/\/DCTDecode/g)).toHaveLength(urls.length);
    const [, width] = /\/MediaBox \[0 0 ([\d.]+)/.exec(pdf)!;
    expect(Number(width)).toBeCloseTo(0.75 * layout.width, 3);
  });
});

describe('pagesOf', () => {
  const shape = (rows: number, columns: number, fixed?: number) =>
    pagesOf(gridSpec(rows, columns, plain(9, 6)), fixed).map((page) => [
      page.rows.length,
      page.columns.length,
    ]);

  it('leaves a figure that is small enough', () => {
    expect(shape(12, 6)).toEqual([[12, 6]]);
  });

  it('splits rows and columns evenly, each of them in one part', () => {
    expect(shape(3, 13)).toEqual([
      [3, 4],
      [3, 5],
      [3, 4],
    ]);
    expect(shape(13, 7)).toEqual([
      [7, 4],
      [7, 3],
      [6, 4],
      [6, 3],
    ]);
  });

  it('repeats columns that belong to every part', () => {
    const parts = pagesOf(gridSpec(1, 8, plain(9, 6)), 1);
    expect(parts.map(({ columns }) => columns.map(({ title }) => title))).toEqual([
      ['tabby 0', 'tabby 1', 'tabby 2', 'tabby 3', 'tabby 4'],
      ['tabby 0', 'tabby 5', 'tabby 6', 'tabby 7'],
    ]);
  });
});
