import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { DataError } from '../../src/base/errors.js';
import { decodeImage, imageSize } from '../../src/images/decode.js';
import { encodePng } from './encode-png.js';
import {
  CMYK_JPEG,
  CMYK_SHA256,
  GREY_JPEG,
  GREY_SHA256,
  SUBSAMPLED_JPEG,
  SUBSAMPLED_SHA256,
} from './golden-jpegs.js';
import { digest, pattern } from './pattern.js';
import { temporaryFolder } from './temporary-folder.js';

async function stored(name: string, bytes: Uint8Array): Promise<string> {
  const path = join(await temporaryFolder(), name);
  await writeFile(path, bytes);
  return path;
}

const TINY_PNG = { rows: [[0]], depth: 8, colorType: 0, filters: [0] };

function picture(width = 8, height = 6) {
  return sharp(pattern(width, height).data, { raw: { width, height, channels: 3 } });
}

describe('decodeImage', () => {
  it.each([
    ['CMYK', CMYK_JPEG, CMYK_SHA256],
    ['chroma-subsampled', SUBSAMPLED_JPEG, SUBSAMPLED_SHA256],
    ['grey', GREY_JPEG, GREY_SHA256],
  ])('reads the %s JPEG to the bytes that Pillow reads', async (_name, base64, expected) => {
    const path = await stored('image.jpg', Buffer.from(base64, 'base64'));
    const image = await decodeImage(path);
    expect([image.width, image.height]).toEqual([16, 16]);
    expect(digest(image.data)).toBe(expected);
  });

  it('reads the stored pixels, whatever the EXIF orientation', async () => {
    const turned = await picture().withMetadata({ orientation: 6 }).jpeg().toBuffer();
    const plain = await picture().jpeg().toBuffer();
    expect((await sharp(turned).metadata()).orientation).toBe(6);
    const path = await stored('turned.jpg', turned);
    expect(await decodeImage(path)).toEqual(await decodeImage(await stored('plain.jpg', plain)));
    expect(await imageSize(path)).toEqual({ width: 8, height: 6 });
  });

  it('returns plain bytes, of which slice() makes a copy', async () => {
    const { data } = await decodeImage(await stored('rgb.png', await picture().png().toBuffer()));
    expect(data.constructor).toBe(Uint8Array);
  });

  it('drops alpha without blending', async () => {
    const rgba = Buffer.from([10, 20, 30, 0, 200, 100, 50, 128]);
    const png = await sharp(rgba, { raw: { width: 2, height: 1, channels: 4 } })
      .png()
      .toBuffer();
    expect([...(await decodeImage(await stored('a.png', png))).data]).toEqual([10, 20, 30, 200, 100, 50]);
  });

  it('keeps the high byte of 16-bit colours', async () => {
    const colors = new Uint16Array([0, 0x0180, 0x80ff, 0xffff, 0x00ff, 0x7fff]);
    const png = await sharp(colors, { raw: { width: 2, height: 1, channels: 3 } })
      .toColourspace('rgb16')
      .png()
      .toBuffer();
    expect((await sharp(png).metadata()).depth).toBe('ushort');
    const { data } = await decodeImage(await stored('deep.png', png));
    expect([...data]).toEqual([0, 1, 128, 255, 0, 127]);
  });

  // Pillow makes all of it white that is above 255.
  it('refuses 16-bit grey, of which Pillow makes other pixels than anybody wants', async () => {
    const grey = new Uint16Array([0, 0x0180, 0x80ff, 0xffff]);
    const png = await sharp(grey, { raw: { width: 4, height: 1, channels: 1 } })
      .toColourspace('grey16')
      .png()
      .toBuffer();
    const path = await stored('deep.png', png);
    const message = 'a PNG of 16-bit grey samples is not read; save it with 8 bits a sample';
    await expect(decodeImage(path)).rejects.toThrow(`${path}: ${message}`);
    await expect(imageSize(path)).rejects.toThrow(message);
  });

  it('reads the first frame of an animation', async () => {
    const frames = Buffer.concat([Buffer.alloc(12, 255), Buffer.alloc(12, 0)]);
    const gif = await sharp(frames, { raw: { width: 2, height: 4, channels: 3, pageHeight: 2 } })
      .gif()
      .toBuffer();
    expect((await sharp(gif).metadata()).pages).toBe(2);
    const image = await decodeImage(await stored('moving.gif', gif));
    expect([image.width, image.height, image.data[0]]).toEqual([2, 2, 255]);
  });
});

describe('decodeImage refuses, naming the file,', () => {
  async function expectRefused(path: string, reason: RegExp): Promise<void> {
    const error: unknown = await decodeImage(path).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DataError);
    expect((error as DataError).message).toMatch(reason);
    expect((error as DataError).message).toContain(path);
    expect((error as DataError).message).not.toContain('\n');
  }

  it('a truncated JPEG', async () => {
    const jpeg = await picture(64, 64).jpeg().toBuffer();
    await expectRefused(await stored('cut.jpg', jpeg.subarray(0, jpeg.length - 200)), /truncated/);
  });

  it('a truncated PNG', async () => {
    const png = await picture(64, 64).png().toBuffer();
    await expectRefused(await stored('cut.png', png.subarray(0, png.length - 500)), /truncated/);
  });

  it('an empty file', async () => {
    await expectRefused(await stored('empty.jpg', new Uint8Array()), /empty/);
    await expect(imageSize(await stored('empty.jpg', new Uint8Array()))).rejects.toThrow(/empty/);
  });

  it('what is no image, SVG among it', async () => {
    await expectRefused(await stored('text.jpg', Buffer.from('hello')), /not an image/);
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>';
    await expectRefused(await stored('a.svg', Buffer.from(svg)), /not an image/);
  });

  it('a missing file', async () => {
    await expectRefused(join(await temporaryFolder(), 'none.jpg'), /does not exist/);
  });

  it('a small file that claims a huge size', async () => {
    const path = await stored('bomb.png', encodePng({ ...TINY_PNG, width: 60_000, height: 60_000 }));
    await expectRefused(path, /more than 100 million pixels/);
    await expect(imageSize(path)).rejects.toThrow(DataError);
  });
});
