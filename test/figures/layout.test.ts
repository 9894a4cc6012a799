import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { textWidth } from '../../src/figures/font.js';
import { layoutOf } from '../../src/figures/layout.js';
import type { Layout, Mark, TextMark } from '../../src/figures/marks.js';
import { FIGURE_STYLE, type FigureSpec } from '../../src/figures/spec.js';
import { gridSpec, mapCell, plain } from './specs.js';

interface Area {
  readonly what: string;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** What a mark covers: of a text its letters, accents and descenders included. */
function areaOf(mark: Mark): Area {
  const { x, y, width } = mark;
  if (mark.kind !== 'text') {
    return { what: mark.kind, left: x, top: y, right: x + width, bottom: y + mark.height };
  }
  const [up, down] = [0.78 * mark.size, 0.22 * mark.size];
  return { what: mark.text, left: x, top: y - up, right: x + width, bottom: y + down };
}

/** Pairs of pictures and texts that share more than a rounding of a pixel. */
function overlaps({ marks }: Layout): string[] {
  const areas = marks.filter(({ kind }) => kind !== 'rect').map(areaOf);
  const shared = (a: Area, b: Area) =>
    Math.min(a.right, b.right) - Math.max(a.left, b.left) > 0.5 &&
    Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 0.5;
  return areas.flatMap((a, i) =>
    areas.slice(i + 1).flatMap((b) => (shared(a, b) ? [`${a.what} × ${b.what}`] : [])),
  );
}

function outside({ marks, width, height }: Layout): string[] {
  return marks
    .map(areaOf)
    .filter(({ left, top, right, bottom }) => left < 0 || top < 0 || right > width || bottom > height)
    .map(({ what }) => what);
}

const texts = ({ marks }: Layout) => marks.filter((mark): mark is TextMark => mark.kind === 'text');
const images = ({ marks }: Layout) => marks.filter((mark) => mark.kind === 'image');

describe('layoutOf', () => {
  it('places one map beside its picture, worked by hand', () => {
    const picture = plain(100, 100);
    const spec: FigureSpec = {
      columns: [],
      rows: [{ cells: [{ picture }, mapCell(picture)] }],
      caption: [],
    };
    const { width, height, marks } = layoutOf(spec, FIGURE_STYLE);
    // Pictures of 32 000 pixels: √32000 ≈ 179 wide, at the margin of 20; 10 between columns.
    expect(images({ width, height, marks }).map(({ x, y, width: w, height: h }) => [x, y, w, h])).toEqual([
      [20, 20, 179, 179],
      [209, 20, 179, 179],
      // The bar: 16 below the pictures, under a line of words (15) and 4.
      [20, 20 + 179 + 16 + 15 + 4, 200, 11],
    ]);
    expect(width).toBe(20 + 179 + 10 + 179 + 20);
    // The bar's numbers begin 4 below it and are 16 high.
    expect(height).toBe(20 + 179 + 16 + 15 + 4 + 11 + 4 + 16 + 20);
    const numbers = texts({ width, height, marks }).filter(({ text }) => /^[\d.]+$/.test(text));
    expect(numbers.map(({ text }) => text)).toEqual(['0', '0.25', '0.5', '0.75', '1']);
    // Its first and last number keep to its ends; those between stand under their colours.
    expect(numbers[0]!.x).toBeCloseTo(20, 9);
    expect(numbers[2]!.x + numbers[2]!.width / 2).toBeCloseTo(120, 9);
    expect(numbers[4]!.x + numbers[4]!.width).toBeCloseTo(220, 9);
  });

  it('draws boxes by the outer edges of their pixels', () => {
    const picture = plain(179, 179);
    const box = { x0: 10, y0: 20, x1: 49, y1: 99 };
    const cell = { picture, boxes: [{ box, role: 'map' }] as const };
    const spec = { columns: [], rows: [{ cells: [cell] }], caption: [] };
    const rects = ({ boxes }: { boxes: boolean }) =>
      layoutOf(spec, { ...FIGURE_STYLE, boxes }).marks.filter(({ kind }) => kind === 'rect');
    const [edge, line] = rects({ boxes: true });
    for (const one of [edge, line]) expect(one).toMatchObject({ x: 30, y: 40, width: 40, height: 80 });
    expect(rects({ boxes: false })).toEqual([]);
  });

  it('tells boxes apart by the style of their lines, in the picture and in the legend', () => {
    const { marks } = layoutOf(gridSpec(1, 1, plain(90, 60)), FIGURE_STYLE);
    const lines = marks.flatMap((mark) => (mark.kind === 'rect' && mark.strokeWidth === 1.7 ? [mark] : []));
    expect(lines.map(({ dash }) => dash !== undefined)).toEqual([false, true, false, true]);
    const said = texts({ width: 0, height: 0, marks }).map(({ text }) => text);
    expect(said.join(' ')).toContain('box: largest region ≥ 15 % of the maximum');
    expect(said).toContain('ground truth');
  });

  it('puts the key below the original where the rows leave room, and below the grid where not', () => {
    const barOf = (rows: number) => images(layoutOf(gridSpec(rows, 2, plain(90, 60)), FIGURE_STYLE)).at(-1)!;
    const rowOf = (rows: number) => images(layoutOf(gridSpec(rows, 2, plain(90, 60)), FIGURE_STYLE)).at(-2)!;
    expect(barOf(1).y).toBeGreaterThan(rowOf(1).y + rowOf(1).height);
    expect(barOf(3).y).toBeLessThan(rowOf(3).y + rowOf(3).height);
  });

  it('says of a map without values that it has none', () => {
    const picture = plain(90, 60);
    const zero = { data: new Float32Array(4), width: 2, height: 2 };
    const said = (heat: typeof zero, signed: boolean) =>
      texts(
        layoutOf(
          { columns: [], rows: [{ cells: [mapCell(picture, { map: { heat, signed } })] }], caption: [] },
          FIGURE_STYLE,
        ),
      ).map(({ text }) => text);
    expect(said(zero, false)).toContain('the map is 0');
    const negative = { ...zero, data: Float32Array.of(0, -1, 0, 0) };
    expect(said(negative, false)).toContain('the map is 0');
    expect(said(negative, true)).not.toContain('the map is 0');
  });

  it('cuts what is too long with an ellipsis', () => {
    const word = 'Donaudampfschifffahrtsgesellschaftskapitänsmütze';
    const layout = layoutOf(gridSpec(2, 2, plain(90, 60), word), FIGURE_STYLE);
    const heads = texts(layout).filter(({ text }) => text.startsWith('Donau'));
    expect(heads).toHaveLength(2);
    for (const { text, width } of heads) {
      expect(text).toMatch(/…$/);
      expect(width).toBeLessThanOrEqual(219);
    }
  });

  it('lets nothing overlap, and nothing stick out', () => {
    const side = fc.integer({ min: 1, max: 3000 });
    const word = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.stringMatching(/^[a-zé ,_-]{0,80}$/),
      fc.constant('猫'),
    );
    const figure = fc.record({
      ...{ rows: fc.integer({ min: 1, max: 4 }), columns: fc.integer({ min: 1, max: 4 }) },
      ...{ wide: side, tall: side, words: fc.array(word, { minLength: 8, maxLength: 8 }) },
      ...{ signed: fc.boolean(), original: fc.boolean(), captions: fc.boolean(), boxes: fc.boolean() },
    });
    fc.assert(
      fc.property(figure, ({ rows, columns, wide, tall, words, signed, original, captions, boxes }) => {
        // A shape is what counts, not pixels.
        const factor = 40 / Math.max(wide, tall);
        const whole = (length: number) => Math.max(1, Math.round(length * factor));
        const base = gridSpec(rows, columns, plain(whole(wide), whole(tall)), words[0]);
        const caption = { title: words[1]!, details: [words[2]!] };
        const spec: FigureSpec = {
          ...base,
          ...(original ? {} : { original: undefined, title: { title: words[3]!, details: [words[4]!] } }),
          rows: base.rows.map((row, r) => ({
            label: { title: words[5]!, details: [words[6]!] },
            cells: row.cells.map((cell) => ({
              ...cell,
              ...('picture' in cell && r === 0 && signed ? { map: { ...cell.map!, signed } } : {}),
              ...(captions ? { caption } : {}),
            })),
          })),
          boxWords: words[7],
          caption: words,
        };
        const layout = layoutOf(spec, { ...FIGURE_STYLE, boxes });
        expect(overlaps(layout)).toEqual([]);
        expect(outside(layout)).toEqual([]);
        for (const { text, size, weight, width } of texts(layout)) {
          expect(textWidth(text, size, weight)).toBeCloseTo(width, 6);
        }
      }),
      { numRuns: 150 },
    );
  });
});
