import { execFileSync } from 'node:child_process';
import { chmod, mkdir, symlink, truncate, writeFile } from 'node:fs/promises';
import { deflateSync, gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { encodePng } from '../images/encode-png.js';
import { content, inPlace, type Kind, leaveSocket } from './kind.js';

const noImage = /: not an image \(expected JPEG, PNG, GIF, WebP or TIFF\)$/;
const broken = /: the image cannot be decoded, it may be truncated \(.+\)$/;
const tooMany = /: the image claims more than 100 million pixels$/;

/** A PNG that is right but for its header, which claims this size. */
const bomb = (width: number, height: number) =>
  encodePng({ rows: [[1, 2, 3]], depth: 8, colorType: 2, filters: [0], width, height });

/** A PNG chunk; decoders check the sum. */
function chunk(type: string, data: Buffer): Buffer {
  const png = encodePng({ rows: [[0]], depth: 8, colorType: 0, filters: [0], extra: [] });
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  // A wrong sum: ancillary chunks with one are passed over or refused, never believed.
  return Buffer.concat([length, Buffer.from(type, 'latin1'), data, png.subarray(-4)]);
}

const frames = async (before: Buffer) => {
  const first = await sharp(before).raw().toBuffer();
  const raw = { width: 32, height: 64, channels: 3, pageHeight: 32 } as const;
  return sharp(Buffer.concat([first, Buffer.alloc(first.length, 99)]), { raw });
};

export const IMAGE_KINDS: readonly Kind[] = [
  content('zero bytes', /: the image file is empty; fetch it again$/, () => ''),
  content('one byte', noImage, () => Uint8Array.of(0xff)),
  content('a JPEG cut in half', broken, (before) => before.subarray(0, before.length / 2)),
  content('a JPEG of its header only', broken, (before) => before.subarray(0, 20)),
  content('a JPEG without its last bytes', broken, (before) => before.subarray(0, -30)),
  content('a JPEG with a torn middle', broken, (before) => {
    const torn = Buffer.from(before);
    torn.fill(0, 100, 300);
    return torn;
  }),
  content('a JPEG whose marker claims a length', broken, (before) => {
    const torn = Buffer.from(before);
    torn.writeUInt16BE(0xffff, 4);
    return torn;
  }),
  content('a JPEG with bytes behind its end', 'same', (before) =>
    Buffer.concat([before, Buffer.alloc(5000, 7)]),
  ),
  content('a PNG named JPEG', 'same', (before) => sharp(before).png().toBuffer()),
  content('a WebP named JPEG', 'same', (before) => sharp(before).webp({ lossless: true }).toBuffer()),
  content('a TIFF named JPEG', 'same', (before) => sharp(before).tiff({ compression: 'none' }).toBuffer()),
  content('a GIF named JPEG', 'read', (before) => sharp(before).gif().toBuffer()),
  content('an interlaced PNG', 'same', (before) => sharp(before).png({ progressive: true }).toBuffer()),
  content('a 16-bit PNG', 'read', (before) => sharp(before).toColourspace('rgb16').png().toBuffer()),
  content('a 16-bit TIFF', 'read', (before) => sharp(before).toColourspace('rgb16').tiff().toBuffer()),
  content('a grey JPEG', 'read', (before) => sharp(before).grayscale().jpeg().toBuffer()),
  content('a PNG with alpha', 'same', (before) => sharp(before).ensureAlpha(0.5).png().toBuffer()),
  content('a CMYK JPEG', 'read', (before) => sharp(before).toColourspace('cmyk').jpeg().toBuffer()),
  content('an image turned by EXIF', 'same', (before) =>
    sharp(before).withMetadata({ orientation: 6 }).png().toBuffer(),
  ),
  content('a PNG cut in half', broken, async (before) => {
    const png = await sharp(before).png().toBuffer();
    return png.subarray(0, png.length / 2);
  }),
  content('a PNG with a flipped bit', broken, async (before) => {
    const png = await sharp(before).png().toBuffer();
    png[png.indexOf('IDAT') + 30]! ^= 4;
    return png;
  }),
  content('a PNG whose comment expands to 300 MB', 'same', async (before) => {
    const png = await sharp(before).png().toBuffer();
    const text = Buffer.concat([Buffer.from('a\0\0'), deflateSync(Buffer.alloc(300_000_000), { level: 1 })]);
    return Buffer.concat([png.subarray(0, 33), chunk('zTXt', text), png.subarray(33)]);
  }),
  content('an animated GIF', 'read', async (before) => (await frames(before)).gif().toBuffer()),
  content('an animated WebP', 'same', async (before) =>
    (await frames(before)).webp({ lossless: true }).toBuffer(),
  ),
  content('30,000 pixels wide', 'read', () =>
    sharp({ create: { width: 30_000, height: 10, channels: 3, background: '#0909c8' } })
      .jpeg()
      .toBuffer(),
  ),
  content('one pixel', 'read', () => encodePng({ rows: [[1, 2, 3]], depth: 8, colorType: 2, filters: [0] })),
  content('a decompression bomb', tooMany, () => bomb(60_000, 60_000)),
  content('a size beyond all sizes', broken, () => bomb(4_000_000_000, 2)),
  content('more pixels than it holds', broken, () => bomb(3000, 3000)),
  content('no width', broken, () => bomb(0, 5)),
  content('an SVG that reads a file', noImage, () => '<svg><image href="/etc/passwd"/></svg>'),
  content('a web page', noImage, () => '<!doctype html><title>404</title>'),
  content('a gzip stream', noImage, (before) => gzipSync(before)),
  content('a PDF', noImage, () => '%PDF-1.4\n'),
  content('a bitmap of Windows', noImage, () => Buffer.from('BM\0\0\0\0')),
  content('a pointer of Git LFS', noImage, () => 'version https://git-lfs.github.com/spec/v1\n'),
  inPlace('no file', /: the image file does not exist$/, async () => {}),
  inPlace('a folder', /: a folder, not the image file$/, (path) => mkdir(path)),
  inPlace('a symlink to itself', /: cannot be read \(ELOOP.*\)$/, (path) => symlink(path, path)),
  inPlace('a symlink to nowhere', /: the image file does not exist$/, (path) => symlink('/nowhere', path)),
  inPlace('a named pipe', /: not a regular file$/, async (path) => execFileSync('mkfifo', [path])),
  inPlace('an endless device', /: not a regular file$/, (path) => symlink('/dev/zero', path)),
  inPlace('a socket', /: not a regular file$/, leaveSocket),
  // Sparse: it takes no room on the disk.
  inPlace('10 GB', /: too large for the image file \(\d+ bytes, at most \d+ are read\)$/, (path) =>
    writeFile(path, bomb(5, 5)).then(() => truncate(path, 10_000_000_000)),
  ),
  // Root reads everything.
  ...(process.getuid?.() === 0
    ? []
    : [
        {
          ...{ name: 'a file that may not be read', says: /: cannot be read \(EACCES/ },
          make: (path: string) => chmod(path, 0),
        },
      ]),
];
