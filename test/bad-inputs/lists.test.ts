import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BenchError } from '../../src/base/errors.js';
import { loadConfig } from '../../src/config/load.js';
import { readMask } from '../../src/datasets/masks.js';
import { openDataset } from '../../src/datasets/registry.js';
import type { DatasetSpec } from '../../src/datasets/spec.js';
import { imageId, makeWorld } from '../cli/world.js';
import { annotationXml, jpeg, put, putVocImage } from '../datasets/fixtures.js';
import { encodePng } from '../images/encode-png.js';

/*
 * What is wrong before the first image: lists, names and configurations. The run is refused with one line, as nobody
 * knows what the rest of such a list is worth.
 */

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-bad-lists-'));
  await makeWorld(folder, 3);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(BenchError);
  const { message } = error as BenchError;
  expect(message).toMatch(/^\P{Cc}{1,500}$/u);
  return message;
}

type Content = string | Uint8Array;

/** The world's data set with a file of ids. */
async function withIds(ids: Content): Promise<readonly string[]> {
  await writeFile(join(folder, 'ids.txt'), ids);
  return (
    await openDataset({ name: 'imagenet', root: join(folder, 'data'), images: join(folder, 'ids.txt') })
  ).ids;
}

describe('a list of images', () => {
  const [first, second] = [imageId(0), imageId(1)];

  it.each<[string, Content, RegExp]>([
    ['path traversal', '../../../etc/passwd', /ids\.txt: "\.\.\/\.\.\/\.\.\/etc\/passwd" cannot be the id/],
    ['an absolute path', '/etc/passwd', /"\/etc\/passwd" cannot be the id/],
    ['a path of Windows', 'C:\\a', /cannot be the id/],
    ['a zero byte', `${first}\0`, /\\u0000" cannot be the id/],
    ['a lone carriage return', `${first}\r${second}`, /\\r.*cannot be the id/],
    ['a name of 10,000 letters', 'a'.repeat(10_000), /"a{80}…" cannot be the id/],
    ['nothing', '', /ids\.txt: the list of images is empty$/],
    ['blank lines', '\n \n\r\n', /ids\.txt: the list of images is empty$/],
    ['an id twice', `${first}\n${first}\n`, /is listed twice$/],
    ['two columns', `${first} 1\n`, /expected one id per line and nothing else$/],
    ['an id that is unknown', `${first}\nnobody\n`, /the image "nobody" is not in the data set/],
    [
      'UTF-16',
      Buffer.from(`\ufeff${first}\n`, 'utf16le'),
      /ids\.txt: not UTF-8 text but UTF-16; save it in UTF-8$/,
    ],
    ['Latin-1', Buffer.from('é\n', 'latin1'), /ids\.txt: not UTF-8 text; save it in UTF-8$/],
  ])('%s is refused', async (_, text, says) => {
    expect(await refusal(withIds(text))).toMatch(says);
  });

  it.each<[string, Content]>([
    ['line ends of Windows', `${second}\r\n${first}\r\n`],
    ['the mark of UTF-8', `\ufeff${second}\n${first}`],
  ])('%s change nothing', async (_, text) => {
    expect(await withIds(text)).toEqual([second, first]);
  });

  it('that is a named pipe is not waited for', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    const spec = { name: 'imagenet', root: join(folder, 'data'), images: join(folder, 'pipe') };
    expect(await refusal(openDataset(spec))).toMatch(/pipe: not a regular file$/);
  });
});

/** The world's data set with a changed file, which is put back. */
async function changed(name: string, change: (text: string) => Content): Promise<string> {
  const path = join(folder, 'data', name);
  const before = await readFile(path, 'utf8');
  await writeFile(path, change(before));
  try {
    return await refusal(openDataset({ name: 'imagenet', root: join(folder, 'data') }));
  } finally {
    await writeFile(path, before);
  }
}

describe('a solution file', () => {
  const name = 'LOC_val_solution.csv';
  it.each<[string, (text: string) => Content, RegExp]>([
    ['zero bytes', () => '', /the first line must be ImageId,PredictionString$/],
    ['no heading', (text) => text.slice(text.indexOf('\n') + 1), /the first line must be/],
    ['no image', (text) => text.slice(0, text.indexOf('\n')), /the split val holds no images$/],
    ['path traversal', (text) => `${text}../../x,n90000001 \n`, /"\.\.\/\.\.\/x" cannot be the id/],
    ['an image twice', (text) => text + text.slice(text.indexOf('\n') + 1), /is listed twice$/],
    ['a formula for a wnid', (text) => `${text}x,=1+1\n`, /line 5 has no wnid after the comma$/],
    ['a semicolon for the comma', (text) => text.replaceAll(',', ';'), /the first line must be/],
    ['UTF-16', (text) => Buffer.from(`\ufeff${text}`, 'utf16le'), /but UTF-16; save it in UTF-8$/],
  ])('%s: one line', async (_, change, says) => {
    expect(await changed(name, change)).toMatch(says);
  });
});

describe('a list of classes', () => {
  it.each<[string, (text: string) => Content, RegExp]>([
    ['zero bytes', () => '', /the list of classes is empty$/],
    ['a class twice', (text) => text + text, /the class "n90000001" is listed twice$/],
    ['no wnid', (text) => `${text}=cmd\n`, /line 4 does not begin with a wnid/],
    ['Latin-1', (text) => Buffer.from(`${text}n90000004 Zürich\n`, 'latin1'), /not UTF-8 text; save it/],
  ])('%s: one line', async (_, change, says) => {
    expect(await changed('LOC_synset_mapping.txt', change)).toMatch(says);
  });
});

describe('names of files', () => {
  it.each(['a\nb.JPEG', '..x.JPEG', 'a\x1b[2J.JPEG'])('%j is refused by both other layouts', async (name) => {
    const root = await mkdtemp(join(folder, 'names-'));
    const xml = annotationXml(9, 9, [{ name: 'n90000001', box: [0, 0, 5, 5] }]);
    await put(root, `val/n90000001/${name}`, await jpeg(9, 9));
    await put(root, 'bbox/val/x.xml', xml);
    expect(await refusal(openDataset({ name: 'imagenet', root }))).toMatch(/cannot be the id of an image/);
    await rename(join(root, 'val', 'n90000001', name), join(root, 'val', name));
    await rm(join(root, 'val', 'n90000001'), { recursive: true });
    await put(root, 'LOC_val_solution.csv', `ImageId,PredictionString\nx,n90000001 \n`);
    expect(await refusal(openDataset({ name: 'imagenet', root }))).toMatch(
      /cannot be the id|has no line for the image/,
    );
  });
});

describe('a VOC tree', () => {
  const load = async (change: (inside: string) => Promise<unknown>, more: Partial<DatasetSpec> = {}) => {
    const root = await mkdtemp(join(folder, 'voc-'));
    const inside = join(root, 'VOCdevkit', 'VOC2012');
    await putVocImage(inside, 'a', [40, 30], [{ name: 'dog', box: [1, 1, 20, 10] }]);
    await put(inside, 'ImageSets/Main/val.txt', 'a\n');
    await change(inside);
    const data = await openDataset({ name: 'voc', root, ...more });
    return data.load('a');
  };
  const annotated =
    (box: readonly [number, number, number, number], name = 'dog') =>
    (inside: string) =>
      put(inside, 'Annotations/a.xml', annotationXml(40, 30, [{ name, box }]));

  it.each<[string, (inside: string) => Promise<unknown>, RegExp]>([
    [
      'a box at 0, where VOC begins at 1, and none of it inside',
      annotated([-3, 0, 0, 0]),
      /lies outside the 40x30 image$/,
    ],
    ['a box upside down', annotated([1, 9, 5, 3]), /object 1: <ymax> is 3, less than <ymin> 9$/],
    ['a class that VOC has not', annotated([1, 1, 5, 5], 'dragon'), /object 1: unknown class "dragon"; /],
    ['an empty list', (inside) => put(inside, 'ImageSets/Main/val.txt', ''), /the list of images is empty$/],
    ['traversal', (inside) => put(inside, 'ImageSets/Main/val.txt', '../a\n'), /"\.\.\/a" cannot be the id/],
    [
      'a list of one class',
      (inside) => put(inside, 'ImageSets/Main/val.txt', 'a -1\n'),
      /expected one id per line/,
    ],
    ['no image', (inside) => rm(join(inside, 'JPEGImages', 'a.jpg')), /the image file does not exist$/],
    [
      'an annotation that is a folder',
      (inside) =>
        rm(join(inside, 'Annotations', 'a.xml')).then(() => mkdir(join(inside, 'Annotations', 'a.xml'))),
      /a folder, not the annotation file$/,
    ],
    [
      'an image that is a link to itself',
      async (inside) => {
        const path = join(inside, 'JPEGImages', 'a.jpg');
        await rm(path).then(() => symlink(path, path));
      },
      /cannot be read \(ELOOP/,
    ],
  ])('%s: one line', async (_, change, says) => {
    expect(await refusal(load(change))).toMatch(says);
  });

  it('of folders that hold themselves is not searched for ever', async () => {
    const sample = await load((inside) => symlink(inside, join(inside, 'VOC2007')));
    expect(sample.id).toBe('a');
  });

  it('without the mask that segmentation needs: one line', async () => {
    const list = (inside: string) => put(inside, 'ImageSets/Segmentation/val.txt', 'a\n');
    expect(await refusal(load(list, { task: 'segmentation' }))).toMatch(/no mask SegmentationClass\/a\.png/);
  });
});

describe('a mask', () => {
  const good = { rows: [[0, 1, 255]], depth: 8, colorType: 3, filters: [0] } as const;
  it.each<[string, Content, RegExp]>([
    ['zero bytes', '', /not a PNG file; expected a palette or grey PNG/],
    ['of another size', encodePng(good), /the mask is 3x1, its image 4x4$/],
    [
      'colours',
      encodePng({ ...good, rows: [[0, 0, 0]], colorType: 2 }),
      /the PNG holds colours, not indices/,
    ],
    ['16 bits', encodePng({ ...good, depth: 16, colorType: 0 }), /the PNG has 16 bits a sample/],
    ['cut off', encodePng(good).subarray(0, 60), /the PNG is truncated/],
    ['a bomb', encodePng({ ...good, width: 90_000, height: 90_000 }), /the PNG has a bad size/],
    ['fewer pixels than it says', encodePng({ ...good, width: 4, height: 4 }), /the PNG is truncated/],
    [
      'a class beyond the classes',
      encodePng({ ...good, rows: Array(4).fill([0, 1, 9, 0]), filters: [0, 0, 0, 0] }),
      /holds the index 9, but there are 2 classes$/,
    ],
  ])('%s: one line', async (_, bytes, says) => {
    const path = join(folder, 'mask.png');
    await writeFile(path, bytes);
    expect(await refusal(readMask(path, 2, { width: 4, height: 4 }))).toMatch(says);
  });
});

describe('a configuration', () => {
  const laughs = [...'bcdefgh'].map((to, i) => `${to}: &${to} [${`*${'abcdefg'[i]},`.repeat(10)}]\n`);
  it.each<[string, Content, RegExp]>([
    [
      'an anchor bomb',
      `a: &a [x,x,x,x,x,x,x,x,x,x]\n${laughs.join('')}`,
      /its anchors cannot be put in: Excessive/,
    ],
    ['an anchor that holds itself', 'methods: &a [*a]\n', /an anchor holds itself$/],
    ['a key twice', 'batch: 1\nbatch: 2\n', /not YAML: Map keys must be unique/],
    ['brackets, 20,000 deep', `model: ${'['.repeat(20_000)}`, /not YAML: Maximum call stack size exceeded/],
    ['two documents', 'batch: 1\n---\nbatch: 2\n', /not YAML: .*multiple documents/],
    ['a function', 'model: {onnx: !!js/function "x"}\ndataset: 1\n', /dataset/],
    ['an unknown key', '__proto__: {batch: 1}\nmodel: {onnx: x.onnx}\n', /bad\.yaml: /],
    ['nothing', '', /expected a section of keys/],
    ['UTF-16', Buffer.from('\ufeffbatch: 1\n', 'utf16le'), /not UTF-8 text; save it in UTF-8$/],
    ['a tab', 'model:\n\tonnx: x\n', /not YAML: /],
  ])('%s: one line', async (_, text, says) => {
    const path = join(folder, 'bad.yaml');
    await writeFile(path, text);
    const message = await refusal(loadConfig(path));
    expect(message).toMatch(says);
    expect(message).toContain(path);
  });
});
