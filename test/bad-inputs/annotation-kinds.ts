import { execFileSync } from 'node:child_process';
import { mkdir, symlink } from 'node:fs/promises';
import { content, inPlace, type Kind } from './kind.js';

const malformed = /\.xml: not well-formed XML: .+$/;
const noRoot = /\.xml: <annotation> is missing$/;

const whole = (name: string, says: Kind['says'], text: string | Uint8Array) =>
  content(name, says, () => text);

/** One text of the annotation becomes another. */
const changed = (name: string, says: Kind['says'], from: string | RegExp, to: string) =>
  content(name, says, (before) => before.toString().replace(from, () => to));

const NAME = /<name>(.*?)<\/name>/;
const BOX = /<bndbox>.*<\/bndbox>/;
const WIDTH = '<width>32</width>';

const box = (x0: unknown, y0: unknown, x1: unknown, y1: unknown) =>
  `<bndbox><xmin>${x0}</xmin><ymin>${y0}</ymin><xmax>${x1}</xmax><ymax>${y1}</ymax></bndbox>`;

/** The class's name is what the entity `e` stands for. */
const entity = (name: string, says: RegExp, declarations: string) =>
  content(
    name,
    says,
    (before) => `<!DOCTYPE a [${declarations}]>${before.toString().replace(NAME, '<name>&e;</name>')}`,
  );
const unresolved = /: object 1: unknown class "&e;"; /;
const external = /: not well-formed XML: External entities are not supported$/;
const laughs = [...'bcdefghie'].map((to, i) => `<!ENTITY ${to} "${`&${'abcdefghi'[i]};`.repeat(10)}">`);

const nested = (depth: number) => `<annotation>${'<a>'.repeat(depth)}${'</a>'.repeat(depth)}</annotation>`;

export const ANNOTATION_KINDS: readonly Kind[] = [
  whole('zero bytes', /: (not well-formed XML: .+|<annotation> is missing)$/, ''),
  whole('XML cut in half', malformed, '<annotation><size><width>32'),
  whole('JSON', malformed, '{"annotation": {}}'),
  whole('another root', noRoot, '<boxes/>'),
  whole('two roots', malformed, '<annotation></annotation><annotation></annotation>'),
  content('text behind the end', malformed, (before) => `${before}and more`),
  changed('no objects', /: no object of n9000000\d, /, /<object>.*<\/object>/, ''),
  content('UTF-16', /: not UTF-8 text but UTF-16; save it in UTF-8$/, (before) =>
    Buffer.from(`\ufeff${before}`, 'utf16le'),
  ),
  content('Latin-1', /: not UTF-8 text; save it in UTF-8$/, (before) =>
    Buffer.from(before.toString().replace('<size>', '<folder>Zürich</folder><size>'), 'latin1'),
  ),
  content('the mark of UTF-8', 'same', (before) => `\ufeff${before}`),
  content('a declaration and a comment', 'same', (before) => `<?xml version="1.0"?><!-- -->${before}`),
  whole('bytes of nothing', /: not UTF-8 text; save it in UTF-8$/, Buffer.alloc(1000, 0xfe)),
  whole('zeros', /: (not well-formed XML: .+|<annotation> is missing)$/, Buffer.alloc(1000)),
  whole('elements in elements, 300,000 deep', malformed, nested(300_000)),
  content('100 MB of elements in elements', /: too large for the annotation file \(/, () =>
    nested(14_300_000),
  ),
  entity('an entity', unresolved, '<!ENTITY e "n90000001">'),
  entity('an entity that reads a file', external, '<!ENTITY e SYSTEM "file:///etc/passwd">'),
  entity('an entity that asks the network', external, '<!ENTITY e SYSTEM "http://127.0.0.1:9/">'),
  entity('a billion laughs', unresolved, `<!ENTITY a "laugh">${laughs.join('')}`),
  entity('an entity of itself', unresolved, '<!ENTITY e "&e;">'),
  changed('an inclusion', 'same', '<size>', '<xi:include href="file:///etc/passwd"/><size>'),
  content('a stylesheet', 'same', (before) => `<?xml-stylesheet href="http://127.0.0.1:9/"?>${before}`),
  changed('no size', /: <size> is missing$/, /<size>.*<\/size>/, ''),
  changed('two sizes', /: <size> must hold other elements, once$/, '<size>', '<size></size><size>'),
  changed('no width', /: <size> <width> is missing$/, WIDTH, ''),
  changed('a width of zero', /<width> is 0, expected 1 or more$/, WIDTH, '<width>0</width>'),
  changed('a negative width', /<width> is -32, expected 1 or more$/, WIDTH, '<width>-32</width>'),
  changed('a width in words', /<width> is "wide", expected a number$/, WIDTH, '<width>wide</width>'),
  changed('a fraction of a pixel', /<width> is 31\.5, expected 1 or more$/, WIDTH, '<width>31.5</width>'),
  changed(
    'a size beyond all images',
    /<bndbox> .* lies outside the 1e\+300x32 image$/,
    WIDTH,
    '<width>1e300</width>',
  ),
  changed(
    'a box outside',
    /object 1: <bndbox> 40,40,50,50 lies outside the 32x32 image$/,
    BOX,
    box(40, 40, 50, 50),
  ),
  changed('a box left of the image', /object 1: <bndbox> -9,2,-3,9 lies outside/, BOX, box(-9, 2, -3, 9)),
  changed('a box partly outside', 'read', BOX, box(-5, -5, 400, 400)),
  changed('a box inverted sideways', /object 1: <xmax> is 5, less than <xmin> 20$/, BOX, box(20, 2, 5, 20)),
  changed('a box upside down', /object 1: <ymax> is 5, less than <ymin> 20$/, BOX, box(2, 20, 20, 5)),
  // Inclusive coordinates: the pixel at 7 is a box, and less than a pixel is one that says so.
  changed('a box of one pixel', 'read', BOX, box(7, 7, 7, 7)),
  changed('a box of no area', /object 1: <xmax> is 6, less than <xmin> 7$/, BOX, box(7, 7, 6, 20)),
  changed('NaN', /<xmin> is "NaN", expected a number$/, BOX, box('NaN', 2, 20, 20)),
  changed('infinity', /<xmax> is "Infinity", expected a number$/, BOX, box(2, 2, 'Infinity', 20)),
  changed('a number beyond numbers', /<xmax> is "1e999", expected a number$/, BOX, box(2, 2, '1e999', 20)),
  changed('hexadecimal', /<xmax> is "0x14", expected a number$/, BOX, box(2, 2, '0x14', 20)),
  changed('a comma for a point', /<xmax> is "20,5", expected a number$/, BOX, box(2, 2, '20,5', 20)),
  changed('an empty coordinate', /<xmax> is missing$/, BOX, box(2, 2, '', 20)),
  changed('two values', /<xmin> must hold text, once$/, '<xmin>', '<xmin>3</xmin><xmin>'),
  changed('no box', /object 1: <bndbox> is missing$/, BOX, ''),
  changed(
    'two boxes',
    /object 1: <bndbox> must hold other elements, once$/,
    BOX,
    box(1, 1, 5, 5) + box(2, 2, 6, 6),
  ),
  changed('no name', /object 1: <name> is missing$/, NAME, ''),
  changed(
    'a class that is unknown',
    /object 1: unknown class "n99999999"; .*known: /,
    NAME,
    '<name>n99999999</name>',
  ),
  changed(
    'a class that is a formula',
    /unknown class "=HYPERLINK\(1\)"; /,
    NAME,
    '<name>=HYPERLINK(1)</name>',
  ),
  changed('a class with a line end', /unknown class "n9\\n0"; /, NAME, '<name>n9\n0</name>'),
  changed('a class that clears the screen', /unknown class "n\\u009b2J"; /, NAME, '<name>n\u009b2J</name>'),
  changed(
    'a class with a zero byte',
    /unknown class "n9\\u00000"; |not well-formed XML/,
    NAME,
    '<name>n9\x000</name>',
  ),
  changed(
    'a class of a million letters',
    /unknown class "a{80}…"; /,
    NAME,
    `<name>${'a'.repeat(1e6)}</name>`,
  ),
  changed('a class that is a prototype', /unknown class "__proto__"; /, NAME, '<name>__proto__</name>'),
  changed('an element that is a prototype', /\.xml: /, '<object>', '<__proto__><a>1</a></__proto__><object>'),
  changed('a class in CDATA', 'same', NAME, '<name><![CDATA[n90000001]]></name>'),
  content(
    'a class that is not the label',
    /: no object of n9000000\d, which is the image's label$/,
    (before) =>
      before
        .toString()
        .replace(NAME, (_, wnid: string) => `<name>n9000000${(Number(wnid.at(-1)) % 3) + 1}</name>`),
  ),
  changed(
    'a flag that is none',
    /<difficult> is "yes", expected 0 or 1$/,
    '<bndbox>',
    '<difficult>yes</difficult><bndbox>',
  ),
  inPlace('no annotation', /\.xml: the annotation file does not exist$/, async () => {}),
  inPlace('a folder', /\.xml: a folder, not the annotation file$/, (path) => mkdir(path)),
  inPlace('a symlink to itself', /\.xml: cannot be read \(ELOOP.*\)$/, (path) => symlink(path, path)),
  inPlace('a named pipe', /\.xml: not a regular file$/, async (path) => execFileSync('mkfifo', [path])),
  inPlace('an endless device', /\.xml: not a regular file$/, (path) => symlink('/dev/zero', path)),
  changed(
    'a box as far as numbers go',
    /object 1: <xmin>,<ymin> is -1e\+308,-1e\+308, far outside the 32x32 image$/,
    BOX,
    box('-1e308', '-1e308', '1e308', '1e308'),
  ),
  changed(
    'a corner far away',
    /object 1: <xmax>,<ymax> is 20,99999999, far outside the 32x32 image$/,
    BOX,
    box(2, 2, 20, 99999999),
  ),
  changed(
    'a size of which nothing is left',
    /<bndbox> .* of a 10000000000x32 image is nothing in the stored 32x32$/,
    WIDTH,
    '<width>10000000000</width>',
  ),
  changed(
    'a number of a million digits',
    /<xmax> is "1{80}…", expected a number$/,
    BOX,
    box(2, 2, '1'.repeat(1e6), 20),
  ),
  changed('points for a number', /<xmax> is "1\.2\.3", expected a number$/, BOX, box(2, 2, '1.2.3', 20)),
  changed('a point for a number', /<xmax> is "\.", expected a number$/, BOX, box(2, 2, '.', 20)),
  changed('a number in words', /<xmax> is "zwölf", expected a number$/, BOX, box(2, 2, 'zwölf', 20)),
  changed('a number of another script', /<xmax> is "٢٠", expected a number$/, BOX, box(2, 2, '٢٠', 20)),
  changed('a width of another base', /<width> is "0b100", expected a number$/, WIDTH, '<width>0b100</width>'),
  changed('an empty width', /<width> is missing$/, WIDTH, '<width></width>'),
  // Every line is bounded (src/base/errors.ts), whatever it quotes: here what the XML parser says.
  changed(
    'an element of a million letters that is not closed',
    /: not well-formed XML: .{10,900}$/,
    '<object>',
    `<${'a'.repeat(1e6)}><object>`,
  ),
];
