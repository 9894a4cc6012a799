import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { encodePng } from '../images/encode-png.js';

/*
 * Kinds of bad input: what is done to one image of the small world, and what a run says of it. `undefined`: the
 * image is read and counts, because what is odd about it does not make it wrong.
 */

export interface Kind {
  readonly name: string;
  /** Replaces the image's file or its annotation. */
  readonly of: 'image' | 'annotation';
  readonly make: (path: string) => Promise<unknown>;
  readonly says: RegExp | undefined;
}

type Content = string | Uint8Array;

function content(
  of: Kind['of'],
  name: string,
  make: (before: Buffer) => Content | Promise<Content>,
  says?: RegExp,
): Kind {
  return { name, of, says, make: async (path) => writeFile(path, await make(await readFile(path))) };
}

const image = (...rest: [string, (before: Buffer) => Content | Promise<Content>, RegExp?]) =>
  content('image', ...rest);

/** An annotation with a text replaced. */
const xml = (name: string, from: string | RegExp, to: string, says?: RegExp) =>
  content('annotation', name, (before) => before.toString().replace(from, () => to), says);

const whole = (name: string, text: Content, says?: RegExp) => content('annotation', name, () => text, says);

function inPlace(
  of: Kind['of'],
  name: string,
  make: (path: string) => Promise<unknown>,
  says?: RegExp,
): Kind {
  return { name, of, make: async (path) => rm(path).then(() => make(path)), says };
}

const noImage = /: not an image \(expected JPEG, PNG, GIF, WebP or TIFF\)$/;
const broken = /: the image cannot be decoded, it may be truncated \(.*\)$/;
const malformed = /: not well-formed XML: /;

const flat = (width: number, height: number, channels: 1 | 3 | 4 = 3) =>
  sharp({
    create: { width, height, channels: channels === 1 ? 3 : channels, background: { r: 9, g: 9, b: 200 } },
  });

const TINY = { rows: [[1, 2, 3]], depth: 8, colorType: 2, filters: [0] };

/** A PNG chunk-wise right but for its claims: a header of this size, and hardly any pixels. */
function bomb(width: number, height: number): Buffer {
  return encodePng({ ...TINY, width, height });
}

const images: readonly Kind[] = [
  image('zero bytes', () => '', /: the image file is empty; fetch it again$/),
  image('one byte', () => Uint8Array.of(0xff), noImage),
  image('a JPEG cut in half', (before) => before.subarray(0, before.length / 2), broken),
  image('a JPEG of its header only', (before) => before.subarray(0, 20), broken),
  image(
    'a JPEG with a torn middle',
    (before) => {
      const torn = Buffer.from(before);
      torn.fill(0, 100, 500);
      return torn;
    },
    broken,
  ),
  image('a JPEG with bytes behind its end', (before) => Buffer.concat([before, Buffer.alloc(5000, 7)])),
  image('a PNG named JPEG', (before) => sharp(before).png().toBuffer()),
  image('a WebP named JPEG', (before) => sharp(before).webp({ lossless: true }).toBuffer()),
  image('a TIFF named JPEG', (before) => sharp(before).tiff().toBuffer()),
  image('a GIF named JPEG', (before) => sharp(before).gif().toBuffer()),
  image('a 16-bit PNG', (before) => sharp(before).toColourspace('rgb16').png().toBuffer()),
  image('a grey JPEG', (before) => sharp(before).grayscale().jpeg().toBuffer()),
  image('a PNG with alpha', (before) => sharp(before).ensureAlpha(0.5).png().toBuffer()),
  image('a CMYK JPEG', (before) => sharp(before).toColourspace('cmyk').jpeg().toBuffer()),
  image('an image turned by EXIF', (before) =>
    sharp(before).withMetadata({ orientation: 6 }).jpeg().toBuffer(),
  ),
  image(
    'a PNG cut in half',
    async (before) => {
      const png = await sharp(before).png().toBuffer();
      return png.subarray(0, png.length / 2);
    },
    broken,
  ),
  image('an animated GIF', async (before) => {
    const pages = await sharp(before).resize(32, 32).raw().toBuffer();
    const raw = { width: 32, height: 64, channels: 3, pageHeight: 32 } as const;
    return sharp(Buffer.concat([pages, pages]), { raw })
      .gif({ loop: 0, delay: [10, 10] })
      .toBuffer();
  }),
  image('30,000 pixels wide', () => flat(30_000, 10).jpeg().toBuffer()),
  image('one pixel', () => flat(1, 1).png().toBuffer()),
  image('a decompression bomb', () => bomb(60_000, 60_000), broken),
  image('more pixels than there are', () => bomb(4_000_000_000, 2), broken),
  image('no width', () => bomb(0, 5), broken),
  image(
    'an SVG that reads a file',
    () => '<svg xmlns="http://www.w3.org/2000/svg"><image href="/etc/passwd"/></svg>',
    noImage,
  ),
  image('a web page', () => '<!doctype html><title>404</title>', noImage),
  image('a gzip stream', () => deflateSync('x'.repeat(1000)), noImage),
  image('a PDF', () => '%PDF-1.4\n', noImage),
  inPlace('image', 'no file', async () => {}, /: the image file does not exist$/),
  inPlace('image', 'a folder', (path) => mkdir(path), /: cannot be read \(.*\)$/),
  inPlace('image', 'a symlink to itself', (path) => symlink(path, path), /: cannot be read \(ELOOP.*\)$/),
  inPlace(
    'image',
    'a symlink to nowhere',
    (path) => symlink('/nowhere', path),
    /: the image file does not exist$/,
  ),
  inPlace('image', 'a named pipe', async (path) => execFileSync('mkfifo', [path]), /: not a regular file$/),
  inPlace('image', 'an endless device', (path) => symlink('/dev/zero', path), /: not a regular file$/),
];

const nested = (depth: number) => `<annotation>${'<a>'.repeat(depth)}${'</a>'.repeat(depth)}</annotation>`;
const box = /<bndbox>.*<\/bndbox>/;
const bounds = (x0: unknown, y0: unknown, x1: unknown, y1: unknown) =>
  `<bndbox><xmin>${x0}</xmin><ymin>${y0}</ymin><xmax>${x1}</xmax><ymax>${y1}</ymax></bndbox>`;
const declared = (entity: string) => `<!DOCTYPE a [<!ENTITY e ${entity}>]>`;

const annotations: readonly Kind[] = [
  whole('XML of zero bytes', '', /: (not well-formed XML|<annotation> is missing)/),
  whole('XML cut in half', '<annotation><size><width>32', malformed),
  whole('JSON', '{"annotation": {}}', /: (not well-formed XML|<annotation> is missing)/),
  whole('another root', '<boxes/>', /: <annotation> is missing$/),
  whole(
    'no objects',
    '<annotation><size><width>32</width><height>32</height></size></annotation>',
    /: no object of n9000000/,
  ),
  whole(
    'UTF-16',
    Buffer.from('\ufeff<annotation/>', 'utf16le'),
    /: (not well-formed XML|<annotation> is missing)/,
  ),
  whole(
    'bytes that are no UTF-8',
    Buffer.alloc(1000, 0xfe),
    /: (not well-formed XML|<annotation> is missing)/,
  ),
  whole('elements in elements, 100,000 deep', nested(100_000), /\.xml: /),
  whole('100 MB of elements in elements', nested(14_500_000), /: too large for the annotation file$/),
  content(
    'annotation',
    'an entity',
    (before) =>
      `${declared('"n90000001"')}${before.toString().replace(/<name>.*?<\/name>/, '<name>&e;</name>')}`,
    /: (unknown class "&e;"|not well-formed XML|object 1: unknown class "&e;")/,
  ),
  content(
    'annotation',
    'an external entity',
    (before) =>
      `${declared('SYSTEM "file:///etc/passwd"')}${before.toString().replace(/<name>.*?<\/name>/, '<name>&e;</name>')}`,
    /: (object 1: unknown class "&e;"|not well-formed XML)/,
  ),
  content(
    'annotation',
    'a billion laughs',
    (before) => {
      const lines = [...'bcdefghij'].map(
        (name, i) => `<!ENTITY ${name} "${`&${'abcdefghi'[i]};`.repeat(10)}">`,
      );
      const text = before.toString().replace(/<name>.*?<\/name>/, '<name>&j;</name>');
      return `<!DOCTYPE x [<!ENTITY a "laugh">${lines.join('')}]>${text}`;
    },
    /: (object 1: unknown class "&j;"|not well-formed XML)/,
  ),
  xml('no size', /<size>.*<\/size>/, '', /: <size> is missing$/),
  xml(
    'two sizes',
    /(<size>.*<\/size>)/,
    '<size></size><size></size>',
    /: <size> must hold other elements, once$/,
  ),
  xml(
    'a size of zero',
    '<width>32</width>',
    '<width>0</width>',
    /: <size> <width> is 0, expected 1 or more$/,
  ),
  xml(
    'a negative size',
    '<height>32</height>',
    '<height>-32</height>',
    /: <size> <height> is -32, expected 1 or more$/,
  ),
  xml(
    'a size that is no number',
    '<width>32</width>',
    '<width>wide</width>',
    /<width> is "wide", expected a number$/,
  ),
  xml(
    'a box far outside',
    box,
    bounds(100, 100, 200, 200),
    /: object 1: <bndbox> 100,100,200,200 lies outside the 32x32 image$/,
  ),
  xml('a box that is partly outside', box, bounds(-5, -5, 400, 400)),
  xml(
    'a box inverted from left to right',
    box,
    bounds(20, 2, 5, 20),
    /: object 1: <xmax> is 5, less than <xmin> 20$/,
  ),
  xml(
    'a box inverted from top to bottom',
    box,
    bounds(2, 20, 20, 5),
    /: object 1: <ymax> is 5, less than <ymin> 20$/,
  ),
  xml('a box of one pixel', box, bounds(7, 7, 7, 7)),
  xml('NaN', box, bounds('NaN', 2, 20, 20), /<xmin> is "NaN", expected a number$/),
  xml('infinity', box, bounds(2, 2, 'Infinity', 20), /<xmax> is "Infinity", expected a number$/),
  xml('a number beyond all numbers', box, bounds(2, 2, '1e999', 20), /<xmax> is "1e999", expected a number$/),
  xml('hexadecimal', box, bounds(2, 2, '0x14', 20), /<xmax> is "0x14", expected a number$/),
  xml('a comma in place of a point', box, bounds(2, 2, '20,5', 20), /<xmax> is "20,5", expected a number$/),
  xml('an empty coordinate', box, bounds(2, 2, '', 20), /<xmax> is missing$/),
  xml('no box', box, '', /: object 1: <bndbox> is missing$/),
  xml(
    'two boxes in one object',
    box,
    `${bounds(1, 1, 5, 5)}${bounds(2, 2, 6, 6)}`,
    /<bndbox> must hold other elements, once$/,
  ),
  xml(
    'a class that is unknown',
    /<name>.*?<\/name>/,
    '<name>n99999999</name>',
    /: object 1: unknown class "n99999999"; /,
  ),
  xml(
    'a class name that is a formula',
    /<name>.*?<\/name>/,
    '<name>=HYPERLINK("x")</name>',
    /unknown class "=HYPERLINK/,
  ),
  xml('a class name with a line end', /<name>.*?<\/name>/, '<name>n9\n0</name>', /unknown class "n9\\n0"/),
  xml(
    'a class that a prototype has',
    /<name>.*?<\/name>/,
    '<name>__proto__</name>',
    /unknown class "__proto__"/,
  ),
  xml('an element that a prototype has', '<object>', '<__proto__><x>1</x></__proto__><object>', /\.xml: |^$/),
  xml(
    'a class that is not the label',
    /<name>n9000000\d/,
    '<name>n90000002',
    /: no object of n9000000\d, which is the image's label$/,
  ),
  xml(
    'a flag that is none',
    '<bndbox>',
    '<difficult>yes</difficult><bndbox>',
    /<difficult> is "yes", expected 0 or 1$/,
  ),
  inPlace('annotation', 'no annotation', async () => {}, /: the annotation file does not exist$/),
  inPlace('annotation', 'a folder as annotation', (path) => mkdir(path), /: cannot be read \(.*\)$/),
  inPlace(
    'annotation',
    'an annotation that links to itself',
    (path) => symlink(path, path),
    /: cannot be read \(ELOOP/,
  ),
  inPlace(
    'annotation',
    'a named pipe as annotation',
    async (path) => execFileSync('mkfifo', [path]),
    /: not a regular file$/,
  ),
  inPlace(
    'annotation',
    'an endless annotation',
    (path) => symlink('/dev/zero', path),
    /: not a regular file$/,
  ),
];

/** Only where permissions bind: root reads everything. */
const permissions: readonly Kind[] =
  process.getuid?.() === 0
    ? []
    : [
        {
          name: 'an image that may not be read',
          of: 'image',
          make: (path) => chmod(path, 0),
          says: /: cannot be read \(EACCES/,
        },
        {
          name: 'an annotation that may not be read',
          of: 'annotation',
          make: (path) => chmod(path, 0),
          says: /: cannot be read \(EACCES/,
        },
      ];

export const KINDS: readonly Kind[] = [...images, ...annotations, ...permissions];
