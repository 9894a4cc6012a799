import { describe, expect, it } from 'vitest';
import { mapShares } from '../../src/figures/map-values.js';
import { opacity, painted } from '../../src/figures/paint.js';
import { FIGURE_STYLE, type FigureStyle, type PictureCell } from '../../src/figures/spec.js';
import { colorMap, divergingMap } from '../../src/images/colormap.js';
import { inputGeometry } from '../../src/images/preprocess.js';
import { input } from '../run/world.js';
import { plain } from './specs.js';

const full: FigureStyle = { ...FIGURE_STYLE, colormap: 'jet', alpha: 1 };
const map = (width: number, ...values: number[]) => ({
  data: Float32Array.from(values),
  width,
  height: values.length / width,
});
const paint = (cell: PictureCell, width: number, height: number, style = full) =>
  painted({ kind: 'cell', cell }, { width, height }, style);
const pixel = ({ data }: { data: Uint8Array }, at: number) => [...data.subarray(3 * at, 3 * at + 3)];
const colorAt = (table: Uint8Array, entry: number) => [...table.subarray(3 * entry, 3 * entry + 3)];

describe('opacity', () => {
  it('follows the map: nothing at 0, all of it from half on, the same for both signs', () => {
    expect([0, 0.25, 0.5, 1].map((share) => opacity(share, 0.8))).toEqual([0, 0.4, 0.8, 0.8]);
    expect(opacity(-0.25, 0.8)).toBe(0.4);
  });
});

describe('painted', () => {
  const colors = colorMap('jet');

  it('divides by the maximum, counts negative values as 0, and leaves the picture where the map is 0', () => {
    const cell = { picture: plain(3, 1, 100), map: { heat: map(3, -5, 1, 2) } };
    const image = paint(cell, 3, 1);
    expect(pixel(image, 0)).toEqual([100, 100, 100]);
    expect(pixel(image, 1)).toEqual(colorAt(colors, 128));
    expect(pixel(image, 2)).toEqual(colorAt(colors, 255));
  });

  it('shows the picture alone under an all-zero map, and with an opacity of 0', () => {
    const picture = plain(3, 1, 100);
    const zero = paint({ picture, map: { heat: map(3, 0, 0, 0) } }, 3, 1);
    expect([...zero.data]).toEqual([...picture.data]);
    const none = paint({ picture, map: { heat: map(3, 0, 1, 2) } }, 3, 1, { ...full, alpha: 0 });
    expect([...none.data]).toEqual([...picture.data]);
  });

  it('mixes by opacity', () => {
    const cell = { picture: plain(1, 1, 100), map: { heat: map(1, 2) } };
    const [red] = pixel(paint(cell, 1, 1, { ...full, alpha: 0.5 }), 0);
    expect(red).toBe(Math.round((100 + colors[3 * 255]!) / 2));
  });

  it('lies over the grey picture, or over its colours; without a map a picture keeps them', () => {
    const picture = { data: Uint8Array.of(200, 0, 0), width: 1, height: 1 };
    const cell = { picture, map: { heat: map(1, 0) } };
    // 0.299 · 200
    expect(pixel(paint(cell, 1, 1), 0)).toEqual([60, 60, 60]);
    expect(pixel(paint(cell, 1, 1, { ...full, ground: 'colour' }), 0)).toEqual([200, 0, 0]);
    expect(pixel(paint({ picture }, 1, 1), 0)).toEqual([200, 0, 0]);
    expect([...picture.data]).toEqual([200, 0, 0]);
  });

  it('draws signed maps in two colours, by their largest absolute value', () => {
    const cell = { picture: plain(3, 1, 100), map: { heat: map(3, -4, 0, 2), signed: true } };
    const image = paint(cell, 3, 1);
    expect(pixel(image, 0)).toEqual(colorAt(divergingMap(), 0));
    expect(pixel(image, 1)).toEqual([100, 100, 100]);
    expect(pixel(image, 2)).toEqual(colorAt(divergingMap(), 191));
  });

  it('draws the map where the network saw the picture, and the rest pale', () => {
    const crop = { ...input, ...({ height: 2, width: 2, resize: 'crop', cropFrom: 2 } as const) };
    const { region } = inputGeometry({ width: 4, height: 2 }, crop);
    const heat = map(2, 0, 2, 0, 4);
    const image = paint({ picture: plain(4, 2, 100), map: { heat, region, upsampling: 'nearest' } }, 4, 2);
    const pale = [193, 193, 193];
    expect([0, 3, 4, 7].map((at) => pixel(image, at))).toEqual([pale, pale, pale, pale]);
    expect(pixel(image, 1)).toEqual([100, 100, 100]);
    expect(pixel(image, 2)).toEqual(colorAt(colors, 128));
    expect(pixel(image, 6)).toEqual(colorAt(colors, 255));
  });

  it('draws a bar that begins with the ground and ends with the last colour', () => {
    const image = painted({ kind: 'bar', signed: false }, { width: 256, height: 2 }, full);
    expect(pixel(image, 0)).toEqual([128, 128, 128]);
    expect(pixel(image, 128)).toEqual(colorAt(colors, 128));
    expect(pixel(image, 255)).toEqual(colorAt(colors, 255));
    expect(pixel(image, 256)).toEqual([128, 128, 128]);
    const both = painted({ kind: 'bar', signed: true }, { width: 255, height: 1 }, full);
    expect([0, 127, 254].map((at) => pixel(both, at))).toEqual([
      colorAt(divergingMap(), 0),
      [128, 128, 128],
      colorAt(divergingMap(), 255),
    ]);
  });
});

describe('mapShares', () => {
  it('averages a map that is made smaller, so that no point is lost', () => {
    // One point among 64, in the corner of its block.
    const heat = { data: new Float32Array(64), width: 8, height: 8 };
    heat.data[8 * 3 + 7] = 9;
    const { data } = mapShares({ heat }, { width: 2, height: 2 });
    expect([...data]).toEqual([0, 1, 0, 0]);
  });
});
