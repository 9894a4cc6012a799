import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { glyphs } from '../../src/images/bitmap-font.js';
import { colorMap } from '../../src/images/colormap.js';
import { contactSheet } from '../../src/images/contact-sheet.js';
import { decodeImage } from '../../src/images/decode.js';
import { blankImage, drawBox, drawText, fitText, paste, type Rgb, writePng } from '../../src/images/draw.js';
import { blendHeatmap, captioned, outlineBoxes } from '../../src/images/overlay.js';
import type { RgbImage } from '../../src/images/rgb-image.js';
import { pattern } from './pattern.js';
import { temporaryFolder } from './temporary-folder.js';

const BLACK: Rgb = [0, 0, 0];
const WHITE: Rgb = [255, 255, 255];

/** Rows of `#` where the red channel is set. */
function drawn({ data, width, height }: RgbImage): string[] {
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => (data[(y * width + x) * 3]! > 0 ? '#' : '.')).join(''),
  );
}

describe('colorMap', () => {
  // matplotlib's tables at 0, 64, 128, 192, 255; the published polynomials stay within a few units of them.
  it.each([
    [
      'viridis',
      [
        [68, 1, 84],
        [59, 82, 139],
        [33, 145, 140],
        [94, 201, 98],
        [253, 231, 37],
      ],
      6,
    ],
    [
      'jet',
      [
        [0, 0, 128],
        [0, 129, 255],
        [130, 255, 126],
        [255, 126, 0],
        [128, 0, 0],
      ],
      1,
    ],
  ] as const)('%s is close to the table it stands for', (name, expected, tolerance) => {
    const table = colorMap(name);
    [0, 64, 128, 192, 255].forEach((entry, row) => {
      expected[row]!.forEach((value, channel) => {
        expect(Math.abs(table[entry * 3 + channel]! - value)).toBeLessThanOrEqual(tolerance);
      });
    });
  });

  it('turbo goes from blue over green to red', () => {
    const table = colorMap('turbo');
    const strongest = [32, 128, 230].map((entry) => {
      const [red, green, blue] = table.subarray(entry * 3, entry * 3 + 3);
      return ['red', 'green', 'blue'][[red, green, blue].indexOf(Math.max(red!, green!, blue!))];
    });
    expect(strongest).toEqual(['blue', 'green', 'red']);
  });
});

describe('blendHeatmap', () => {
  const colors = colorMap('jet');
  const image = blankImage(3, 1, [100, 100, 100]);

  it('divides by the maximum and counts negative values as 0', () => {
    const heat = { data: Float32Array.of(-5, 1, 2), width: 3, height: 1 };
    const { data } = blendHeatmap(image, heat, colors, 1);
    expect([...data]).toEqual([
      ...colors.slice(0, 3),
      ...colors.slice(128 * 3, 129 * 3),
      ...colors.slice(255 * 3),
    ]);
  });

  it('shows an all-zero map as zero everywhere', () => {
    const heat = { data: new Float32Array(3), width: 3, height: 1 };
    expect([...blendHeatmap(image, heat, colors, 1).data.slice(0, 3)]).toEqual([...colors.slice(0, 3)]);
  });

  it('mixes by opacity', () => {
    const heat = { data: Float32Array.of(0, 0, 1), width: 3, height: 1 };
    expect([...blendHeatmap(image, heat, colors, 0).data]).toEqual([...image.data]);
    expect(blendHeatmap(image, heat, colors, 0.5).data[2]).toBe(Math.round((100 + colors[2]!) / 2));
  });

  it('refuses a map of another size', () => {
    expect(() => blendHeatmap(image, { data: new Float32Array(1), width: 1, height: 1 }, colors)).toThrow(
      RangeError,
    );
  });
});

describe('drawing', () => {
  it('outlines an inclusive box inwards', () => {
    const image = blankImage(6, 5, BLACK);
    drawBox(image, { x0: 1, y0: 1, x1: 4, y1: 3 }, WHITE, 1);
    expect(drawn(image)).toEqual(['......', '.####.', '.#..#.', '.####.', '......']);
  });

  it('cuts a box at the edge of the image', () => {
    const image = blankImage(3, 3, BLACK);
    drawBox(image, { x0: -2, y0: -2, x1: 1, y1: 1 }, WHITE, 1);
    expect(drawn(image)).toEqual(['.#.', '##.', '...']);
  });

  it('writes letters with its own font', () => {
    const image = blankImage(11, 7, BLACK);
    drawText(image, 'F1', 0, 0, WHITE, 1);
    expect(drawn(image)).toEqual([
      '#####...#..',
      '#......##..',
      '#.......#..',
      '####....#..',
      '#.......#..',
      '#.......#..',
      '#......###.',
    ]);
  });

  it('has a glyph for every printable ASCII character, each different', () => {
    const ascii = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i));
    const shapes = ascii.map((char) => glyphs(char)[0]!.join());
    expect(new Set(shapes).size).toBe(95);
  });

  it('drops accents and shows what it does not know as a question mark', () => {
    expect(glyphs('é')).toEqual(glyphs('e'));
    expect(glyphs('猫')).toEqual(glyphs('?'));
  });

  it('shortens text to the room there is', () => {
    expect(fitText('abcdef', 35, 1)).toBe('abcdef');
    expect(fitText('abcdef', 34, 1)).toBe('abc..');
    expect(fitText('abcdef', 3, 1)).toBe('');
  });

  it('leaves the original alone', () => {
    const image = blankImage(20, 20, BLACK);
    const outlined = outlineBoxes(image, [{ box: { x0: 2, y0: 2, x1: 17, y1: 17 }, color: WHITE }]);
    expect(image.data.every((value) => value === 0)).toBe(true);
    expect(outlined.data.some((value) => value === 255)).toBe(true);
  });

  it('cuts a pasted picture at the right and the lower edge', () => {
    const image = blankImage(3, 2, BLACK);
    paste(image, blankImage(2, 2, WHITE), 2, 1);
    expect(drawn(image)).toEqual(['...', '..#']);
  });
});

describe('captions and contact sheets', () => {
  it('puts a strip with the text below the image', () => {
    const image = pattern(60, 10);
    const out = captioned(image, 'dog');
    expect([out.width, out.height]).toEqual([60, 32]);
    expect(out.data.subarray(0, image.data.length)).toEqual(image.data);
    expect(out.data.subarray(image.data.length)).toContain(255);
  });

  it('fills the grid row by row and writes it as PNG', async () => {
    const cells = [1, 2, 3].map((n) => ({ image: blankImage(10 * n, 20, WHITE), caption: `${n}` }));
    const sheet = contactSheet(cells, 2, 40);
    expect([sheet.width, sheet.height]).toEqual([8 + 2 * 48, 8 + 2 * (40 + 22 + 8)]);
    const path = join(await temporaryFolder(), 'sheet.png');
    await writePng(path, sheet);
    expect(await decodeImage(path)).toEqual(sheet);
  });

  it('refuses an empty sheet', () => {
    expect(() => contactSheet([], 2, 40)).toThrow(RangeError);
  });
});
