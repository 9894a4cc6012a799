import { describe, expect, it } from 'vitest';
import { thumbnail } from '../../src/eval/maps/thumbnail.js';
import { pictureSpec, veiled } from '../../src/experiments/picture-figure.js';
import { fromJpegText, jpegText } from '../../src/images/jpeg-text.js';
import { drawFigure } from '../../src/report/figure.js';

const size = { width: 56, height: 28 };
const grey = { ...size, data: new Uint8Array(3 * 56 * 28).fill(100) };

describe('jpegText', () => {
  it('keeps small pictures as large as they are, and makes large ones small', async () => {
    const again = await fromJpegText(await jpegText(grey, 64));
    expect([again.width, again.height]).toEqual([56, 28]);
    expect(Math.abs(again.data[0]! - 100)).toBeLessThanOrEqual(1);
    const small = await fromJpegText(await jpegText(grey, 14));
    expect([small.width, small.height]).toEqual([14, 7]);
  });
});

describe('veiled', () => {
  it('is the picture where the map is at its maximum, and nearly white where it is 0', async () => {
    // A map that is 1 on the left half.
    const map = {
      data: Float32Array.from({ length: 196 }, (_, i) => Number(i % 14 < 7)),
      width: 14,
      height: 14,
    };
    const { data, width } = await fromJpegText(await veiled(await jpegText(grey, 64), thumbnail(map)));
    const at = (x: number, y: number) => data[3 * (y * width + x)]!;
    expect(Math.abs(at(8, 14) - 100)).toBeLessThanOrEqual(3);
    // 100 · 0.1 + 255 · 0.9
    expect(Math.abs(at(48, 14) - 239.5)).toBeLessThanOrEqual(3);
  });
});

describe('pictureSpec', () => {
  it('draws pictures and text side by side', async () => {
    const picture = await jpegText(grey, 64);
    const title = { text: 'rows', subtitle: 'of panels' };
    const panels = [
      { picture, caption: ['a picture', 'below it'] },
      { lines: ['+ one', '– two'], caption: ['words', ' '] },
    ] as const;
    const svg = await drawFigure(pictureSpec(title, [panels, panels]));
    expect(svg.match(/<image[^>]+href="data:image\/jpeg;base64,/g)).toHaveLength(2);
    expect(svg.match(/>– two</g)).toHaveLength(2);
    expect(svg).toContain('below it');
  });
});
