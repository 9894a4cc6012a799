import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { DataError } from '../../src/base/errors.js';
import { readIndexedPng } from '../../src/images/indexed-png.js';
import { encodePng, paletteChunk } from './encode-png.js';
import { temporaryFolder } from './temporary-folder.js';

async function stored(bytes: Uint8Array): Promise<string> {
  const path = join(await temporaryFolder(), 'mask.png');
  await writeFile(path, bytes);
  return path;
}

describe('readIndexedPng', () => {
  // 3 x 5 pixels, one row per filter: none, left, up, average, Paeth.
  const rows = [
    [0, 1, 2],
    [255, 15, 15],
    [7, 7, 200],
    [9, 100, 3],
    [4, 4, 250],
  ];

  it.each([
    ['palette', 3],
    ['grey', 0],
  ])('reads the samples of a %s PNG, all five row filters', async (_name, colorType) => {
    const png = encodePng({ rows, depth: 8, colorType, filters: [0, 1, 2, 3, 4] });
    expect(await readIndexedPng(await stored(png))).toEqual({
      data: Uint8Array.from(rows.flat()),
      width: 3,
      height: 5,
    });
  });

  it.each([1, 2, 4])('unpacks %d bits a sample', async (depth) => {
    const small = [
      [0, 1, 1, 0, 1],
      [1, 0, 0, 1, 1],
    ];
    const png = encodePng({ rows: small, depth, colorType: 3, filters: [0, 0] });
    expect([...(await readIndexedPng(await stored(png))).data]).toEqual(small.flat());
  });

  it('gives the indices even where two palette entries have the same colour', async () => {
    const png = encodePng({ rows: [[1, 2]], depth: 8, colorType: 3, filters: [0], extra: [paletteChunk(3)] });
    expect([...(await sharp(png).raw().toBuffer())].every((sample) => sample === 0)).toBe(true);
    expect([...(await readIndexedPng(await stored(png))).data]).toEqual([1, 2]);
  });

  it('reads what another encoder wrote', async () => {
    const grey = Uint8Array.from({ length: 40 * 30 }, (_, i) => (i * 37) % 256);
    const raw = sharp(grey, { raw: { width: 40, height: 30, channels: 1 } });
    const png = await raw.toColourspace('b-w').png({ adaptiveFiltering: true }).toBuffer();
    expect((await readIndexedPng(await stored(png))).data).toEqual(grey);
  });

  it.each([
    ['colours', encodePng({ rows: [[1, 2, 3]], depth: 8, colorType: 2, filters: [0] }), /colours/],
    [
      'interlacing',
      encodePng({ rows: [[1]], depth: 8, colorType: 3, filters: [0], interlace: 1 }),
      /interlaced/,
    ],
    ['a bad filter', encodePng({ rows: [[1]], depth: 8, colorType: 3, filters: [9] }), /corrupt/],
    [
      'missing rows',
      encodePng({ rows: [[1]], depth: 8, colorType: 3, filters: [0], height: 2 }),
      /truncated/,
    ],
    [
      'a cut file',
      encodePng({ rows, depth: 8, colorType: 3, filters: [0, 0, 0, 0, 0] }).subarray(0, 45),
      /truncated/,
    ],
    ['another format', Buffer.from('P5 1 1 255 0'), /not a PNG/],
  ])('refuses %s', async (_name, png, reason) => {
    const path = await stored(png);
    const reading = readIndexedPng(path);
    await expect(reading).rejects.toThrow(DataError);
    await expect(reading).rejects.toThrow(reason);
    await expect(reading).rejects.toThrow(path);
  });

  it('answers any damaged byte with a DataError or an image of the size it states', async () => {
    const png = encodePng({ rows, depth: 8, colorType: 3, filters: [0, 1, 2, 3, 4], extra: [] });
    const path = await stored(png);
    await fc.assert(
      fc.asyncProperty(fc.nat(png.length - 1), fc.nat(255), async (at, value) => {
        await writeFile(path, Buffer.from(png).fill(value, at, at + 1));
        const result = await readIndexedPng(path).catch((error: unknown) => error);
        if (result instanceof Error) expect(result).toBeInstanceOf(DataError);
        else expect(result).toMatchObject({ data: { length: 15 }, width: 3, height: 5 });
      }),
      { numRuns: 300 },
    );
  });
});
