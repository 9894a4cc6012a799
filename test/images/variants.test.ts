import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { DataError } from '../../src/base/errors.js';
import { decodeImage, imageSize } from '../../src/images/decode.js';
import { encodePng } from './encode-png.js';
import { digest } from './pattern.js';
import { temporaryFolder } from './temporary-folder.js';

/* Files of every form that could be thought of, and what Pillow 13.0 reads from them (scripts/golden/images.py). */

interface Variant {
  readonly name: string;
  readonly file: string;
  readonly size?: readonly [number, number];
  readonly sha?: string;
  /** Why Pillow does not read it. */
  readonly error?: string;
}

const VARIANTS = readFileSync(new URL('../golden/images.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Variant);

const folder = await mkdtemp(join(tmpdir(), 'bench-'));
afterAll(() => rm(folder, { recursive: true }));

async function readVariant({ file }: Variant, index: number) {
  const path = join(folder, `${index}`);
  await writeFile(path, Buffer.from(file, 'base64'));
  try {
    const image = await decodeImage(path);
    return { size: await imageSize(path), image };
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    expect(error.message.startsWith(`${path}: `)).toBe(true);
    return { reason: error.message.slice(path.length + 2) };
  }
}

describe('an image file is read to the pixels of Pillow’s convert("RGB"), or refused in words', () => {
  // One after the other: libvips has one place for the messages of all.
  const all = (async () => {
    const read: (Variant & { readonly ours: Awaited<ReturnType<typeof readVariant>> })[] = [];
    for (const [index, one] of VARIANTS.entries()) read.push({ ...one, ours: await readVariant(one, index) });
    return read;
  })();

  it.each(['gif', 'tiff', 'png', 'jpeg', 'webp'])('%s', async (format) => {
    const wrong = (await all)
      .filter(({ name }) => name.startsWith(`${format} `))
      .filter(({ ours, sha, size }) => {
        if (ours.image === undefined) return false;
        const { image, size: claimed } = ours;
        const [width, height] = size ?? [];
        return !(
          digest(image.data) === sha &&
          image.width === width &&
          image.height === height &&
          claimed.width === width &&
          claimed.height === height
        );
      })
      .map(({ name }) => name);
    expect(wrong).toEqual([]);
  });

  it('refuses nothing that Pillow reads but what is listed here', async () => {
    const reasons: Record<string, number> = {};
    for (const { ours, error } of await all) {
      if (ours.reason !== undefined && error === undefined) {
        reasons[ours.reason] = (reasons[ours.reason] ?? 0) + 1;
      }
    }
    expect(reasons).toMatchInlineSnapshot(`
      {
        "a GIF whose picture has a grey palette of its own beside the file’s is not read; save it as PNG": 1,
        "a PNG of 16-bit grey samples is not read; save it with 8 bits a sample": 10,
        "a TIFF compressed by LZMA is not read; save it as PNG with 8 bits a sample": 3,
        "a TIFF compressed by Zstandard is not read; save it as PNG with 8 bits a sample": 3,
        "a TIFF compressed by the old JPEG is not read; save it as PNG with 8 bits a sample": 1,
        "a TIFF of CMYK samples with 16 bits, 4 a pixel, is not read; save it as PNG with 8 bits a sample": 2,
        "a TIFF of Lab samples with 8 bits, 3 a pixel, is not read; save it as PNG with 8 bits a sample": 2,
        "a TIFF of RGB samples in separate planes is not read; save it as PNG with 8 bits a sample": 2,
        "a TIFF of RGB samples with 16 bits, 4 a pixel (premultiplied alpha among them), is not read; save it as PNG with 8 bits a sample": 2,
        "a TIFF of RGB samples with 8 bits, 4 a pixel (premultiplied alpha among them), is not read; save it as PNG with 8 bits a sample": 2,
        "a TIFF of RGB samples with 8 bits, 5 a pixel (premultiplied alpha, unspecified among them), is not read; save it as PNG with 8 bits a sample": 2,
        "a TIFF of YCbCr samples in separate planes is not read; save it as PNG with 8 bits a sample": 5,
        "a TIFF of YCbCr samples in separate tiles is not read; save it as PNG with 8 bits a sample": 2,
        "a TIFF of YCbCr samples with 8 bits, 1 a pixel, is not read; save it as PNG with 8 bits a sample": 1,
        "a TIFF of YCbCr with coefficients or levels of its own is not read; save it as PNG with 8 bits a sample": 6,
        "a TIFF of grey samples that are floats is not read; save it as PNG with 8 bits a sample": 4,
        "a TIFF of grey samples that are signed is not read; save it as PNG with 8 bits a sample": 6,
        "a TIFF of grey samples with 12 bits, 1 a pixel, is not read; save it as PNG with 8 bits a sample": 1,
        "a TIFF of grey samples with 16 bits, 1 a pixel, is not read; save it as PNG with 8 bits a sample": 3,
        "a TIFF of grey samples with 32 bits, 1 a pixel, is not read; save it as PNG with 8 bits a sample": 1,
        "a TIFF of orientation 0, which there is not, is not read; save it as PNG with 8 bits a sample": 4,
        "a TIFF of orientation 9, which there is not, is not read; save it as PNG with 8 bits a sample": 4,
        "a TIFF of other inks than cyan, magenta, yellow and black is not read; save it as PNG with 8 bits a sample": 2,
        "a TIFF of uncompressed, subsampled YCbCr is not read; save it as PNG with 8 bits a sample": 3,
        "a TIFF that does not say what its samples mean (tag 262) is not read; save it as PNG with 8 bits a sample": 1,
        "a TIFF with a palette of 8-bit colours where 16 bits are due is not read; save it as PNG with 8 bits a sample": 2,
        "the image cannot be decoded, it may be truncated (Input buffer has corrupt header)": 1,
        "the image cannot be decoded, it may be truncated (vipspng: libpng read error)": 1,
      }
    `);
  });

  it('reads most of them', async () => {
    const read = (await all).filter(({ ours }) => ours.image !== undefined);
    expect(read.length).toBeGreaterThan(520);
  });
});

describe('the cases of the issue', () => {
  // Image.open(path).convert('RGB') of Pillow 13.0.
  it.each([
    ['trans.gif', '4a16530aa1a88cb6'],
    ['ycbcr.tif', '61947f2131a40146'],
  ])('%s', async (name, expected) => {
    const path = fileURLToPath(new URL(`cases/${name}`, import.meta.url));
    expect(digest((await decodeImage(path)).data)).toBe(expected);
  });
});

describe('a GIF or TIFF that claims more than it holds', () => {
  async function stored(bytes: Uint8Array): Promise<string> {
    const path = join(await temporaryFolder(), 'image');
    await writeFile(path, bytes);
    return path;
  }
  const gif = (width: number, height: number) => {
    const bytes = Buffer.from('GIF89a\0\0\0\0\0\0\0,\0\0\0\0\0\0\0\0\0\x02\x02\x44\x01\0;', 'latin1');
    bytes.writeUInt16LE(width, 18);
    bytes.writeUInt16LE(height, 20);
    return bytes;
  };

  it('is refused at once', async () => {
    const path = await stored(gif(60_000, 60_000));
    await expect(decodeImage(path)).rejects.toThrow('the image claims more than 100 million pixels');
    await expect(imageSize(path)).rejects.toThrow('the image claims more than 100 million pixels');
    await expect(decodeImage(await stored(gif(9000, 9000)))).rejects.toThrow(
      'the GIF ends before its last pixel',
    );
  });

  it.each<[string, (tiff: Buffer) => void, string]>([
    ['width', (tiff) => tiff.writeUInt32LE(60_000, value(tiff, 256)), 'million pixels'],
    ['height of 0', (tiff) => tiff.writeUInt32LE(0, value(tiff, 257)), 'states no size'],
    ['directory', (tiff) => tiff.writeUInt32LE(4_000_000_000, 4), 'the TIFF is truncated'],
    ['number of tags', (tiff) => tiff.writeUInt16LE(65_535, tiff.readUInt32LE(4)), 'the TIFF is truncated'],
    ['number of samples', (tiff) => tiff.writeUInt16LE(60_000, value(tiff, 277)), '60000 samples a pixel'],
    ['size, stated twice,', (tiff) => tiff.writeUInt16LE(256, value(tiff, 257) - 8), 'states tag 256 twice'],
    [
      'number of values',
      (tiff) => tiff.writeUInt32LE(4_000_000_000, value(tiff, 258) - 4),
      'states 4000000000 values of tag 258',
    ],
  ])('is refused for its %s', async (_, change, message) => {
    const tiff = await readFile(new URL('cases/ycbcr.tif', import.meta.url));
    change(tiff);
    if (message === 'million pixels') tiff.writeUInt32LE(60_000, value(tiff, 257));
    const path = await stored(tiff);
    await expect(decodeImage(path)).rejects.toThrow(message);
    await expect(imageSize(path)).rejects.toThrow(message);
  });
});

/** Where the directory's entry of a tag has its value. */
function value(tiff: Buffer, tag: number): number {
  const start = tiff.readUInt32LE(4) + 2;
  for (let at = start; ; at += 12) if (tiff.readUInt16LE(at) === tag) return at + 8;
}

describe('imageSize', () => {
  it('sees that a file was replaced', async () => {
    const path = join(await temporaryFolder(), 'image.png');
    const png = (width: number) =>
      encodePng({ rows: [Array<number>(width).fill(1)], depth: 8, colorType: 0, filters: [0] });
    await writeFile(path, png(5));
    expect(await imageSize(path)).toEqual({ width: 5, height: 1 });
    await writeFile(path, png(7));
    expect(await imageSize(path)).toEqual({ width: 7, height: 1 });
  });
});
