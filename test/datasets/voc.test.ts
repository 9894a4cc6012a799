import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DataError } from '../../src/base/errors.js';
import { openDataset } from '../../src/datasets/registry.js';
import { encodePng } from '../images/encode-png.js';
import { temporaryFolder } from '../images/temporary-folder.js';
import { jpeg, put, putVocImage } from './fixtures.js';

const DOG = { name: 'dog', box: [1, 1, 20, 10] } as const;
const CAT = { name: 'cat', box: [11, 6, 40, 30], extra: '<difficult>1</difficult>' } as const;

/** A VOCdevkit of one year with two images, 40 x 30. */
async function devkit(year: 2007 | 2012, root?: string): Promise<string> {
  const folder = root ?? (await temporaryFolder());
  const inside = join(folder, `VOCdevkit/VOC${year}`);
  await putVocImage(inside, '000002', [40, 30], [DOG, CAT, DOG]);
  await putVocImage(inside, '000001', [40, 30], [DOG]);
  await put(inside, `ImageSets/Main/${year === 2007 ? 'test' : 'val'}.txt`, '000002\n000001\n');
  return folder;
}

describe('openDataset voc', () => {
  it.each([2007, 2012] as const)('reads VOC%d in the order of its default split', async (year) => {
    const root = await devkit(year);
    const data = await openDataset({ name: 'voc', root });
    expect(data.provenance).toBe('voc');
    expect(data.ids).toEqual(['000002', '000001']);
    expect(data.classes).toHaveLength(20);
    const sample = await data.load('000002');
    expect(sample).toEqual({
      id: '000002',
      imagePath: join(root, `VOCdevkit/VOC${year}/JPEGImages/000002.jpg`),
      labels: [7, 11],
      objects: [
        {
          className: 'dog',
          classIndex: 11,
          box: { x0: 0, y0: 0, x1: 19, y1: 9 },
          difficult: false,
          truncated: false,
          occluded: false,
        },
        {
          className: 'cat',
          classIndex: 7,
          box: { x0: 10, y0: 5, x1: 39, y1: 29 },
          difficult: true,
          truncated: false,
          occluded: false,
        },
        {
          className: 'dog',
          classIndex: 11,
          box: { x0: 0, y0: 0, x1: 19, y1: 9 },
          difficult: false,
          truncated: false,
          occluded: false,
        },
      ],
      size: { width: 40, height: 30 },
      annotatedSize: { width: 40, height: 30 },
      blacklisted: false,
    });
  });

  it('iterates over all samples in order', async () => {
    const ids: string[] = [];
    for await (const sample of await openDataset({ name: 'voc', root: await devkit(2012) }))
      ids.push(sample.id);
    expect(ids).toEqual(['000002', '000001']);
  });

  it('accepts the VOCdevkit and the folder of the year as root', async () => {
    const root = await devkit(2012);
    for (const inside of ['VOCdevkit', 'VOCdevkit/VOC2012']) {
      expect((await openDataset({ name: 'voc', root: join(root, inside) })).ids).toHaveLength(2);
    }
  });

  it('asks for the year when there are two', async () => {
    const root = await devkit(2007, await devkit(2012));
    await expect(openDataset({ name: 'voc', root })).rejects.toThrow(/VOC2007 and VOC2012.*year/);
    const { imagePath } = await (await openDataset({ name: 'voc', root, year: 2007 })).load('000001');
    expect(imagePath).toContain('VOC2007');
  });

  it('refuses a year that the root contradicts', async () => {
    const root = join(await devkit(2012), 'VOCdevkit/VOC2012');
    await expect(openDataset({ name: 'voc', root, year: 2007 })).rejects.toThrow(/this is VOC 2012/);
  });

  it('names the splits there are when the one asked for is missing', async () => {
    const root = await devkit(2012);
    await expect(openDataset({ name: 'voc', root, split: 'test' })).rejects.toThrow(
      /no split "test"; there are: val/,
    );
    await expect(openDataset({ name: 'voc', root, split: '../Main/val' })).rejects.toThrow(/no split/);
  });

  it('uses the images of a list, in its order', async () => {
    const root = await devkit(2012);
    await put(root, 'some.txt', '000001\r\n\r\n000002');
    expect((await openDataset({ name: 'voc', root, images: 'some.txt' })).ids).toEqual(['000001', '000002']);
    await put(root, 'other.txt', '000001\n000009\n');
    await expect(openDataset({ name: 'voc', root, images: 'other.txt' })).rejects.toThrow(
      /"000009" is not in/,
    );
  });

  it.each(['../../secret', '/etc/passwd', 'a\\b', '..', 'a\u0001b'])('refuses the id %j', async (id) => {
    const root = await devkit(2012);
    await put(root, 'VOCdevkit/VOC2012/ImageSets/Main/val.txt', `${id}\n`);
    await expect(openDataset({ name: 'voc', root })).rejects.toThrow(/cannot be the id of an image/);
  });

  it('refuses a list for one class, an empty list, and an image listed twice', async () => {
    const root = await devkit(2012);
    const list = 'VOCdevkit/VOC2012/ImageSets/Main/val.txt';
    await put(root, list, '000001 -1\n');
    await expect(openDataset({ name: 'voc', root })).rejects.toThrow(/one id per line/);
    await put(root, list, '\n');
    await expect(openDataset({ name: 'voc', root })).rejects.toThrow(/is empty/);
    await put(root, list, '000001\n000001\n');
    await expect(openDataset({ name: 'voc', root })).rejects.toThrow(/listed twice/);
  });

  it('refuses to load what it does not list', async () => {
    const data = await openDataset({ name: 'voc', root: await devkit(2012) });
    await expect(data.load('000003')).rejects.toThrow(/no image "000003"/);
  });

  it('suggests the class that an unknown one may mean', async () => {
    const root = await devkit(2012);
    await putVocImage(join(root, 'VOCdevkit/VOC2012'), '000001', [40, 30], [{ ...DOG, name: 'sheeep' }]);
    const loading = (await openDataset({ name: 'voc', root })).load('000001');
    await expect(loading).rejects.toThrow(DataError);
    await expect(loading).rejects.toThrow(
      /000001\.xml: object 1: unknown class "sheeep"; did you mean sheep\?/,
    );
  });

  it('takes its classes from a file, in the order of the file', async () => {
    const root = await devkit(2012);
    await put(root, 'classes.txt', 'dog\ncat\n');
    const data = await openDataset({ name: 'voc', root, classes: 'classes.txt' });
    expect(data.classes.map(({ id }) => id)).toEqual(['dog', 'cat']);
    expect((await data.load('000002')).labels).toEqual([0, 1]);
    await put(root, 'twice.txt', 'dog\ndog\n');
    await expect(openDataset({ name: 'voc', root, classes: 'twice.txt' })).rejects.toThrow(
      /"dog" is listed twice/,
    );
  });

  it('reports a missing image and a missing annotation at the image, not before', async () => {
    const root = await devkit(2012);
    const data = await openDataset({ name: 'voc', root });
    await rm(join(root, 'VOCdevkit/VOC2012/JPEGImages/000001.jpg'));
    await rm(join(root, 'VOCdevkit/VOC2012/Annotations/000002.xml'));
    await expect(data.load('000001')).rejects.toThrow(/000001\.jpg: the image file does not exist/);
    await expect(data.load('000002')).rejects.toThrow(/000002\.xml: the annotation file does not exist/);
  });

  it('reads the pictures of another folder, with any ending of JPEG', async () => {
    const root = await devkit(2012);
    const pictures = join(root, 'shared');
    await put(pictures, '000001.JPEG', await jpeg(20, 15));
    await put(pictures, 'ILSVRC2012_val_00000007.jpeg', await jpeg(40, 30));
    const inside = join(root, 'VOCdevkit/VOC2012');
    await rm(join(inside, 'JPEGImages'), { recursive: true });
    await expect(openDataset({ name: 'voc', root })).rejects.toThrow(/with Annotations and JPEGImages$/);
    const data = await openDataset({ name: 'voc', root, pictures });
    expect(await data.load('000001')).toMatchObject({
      imagePath: join(pictures, '000001.JPEG'),
      size: { width: 20, height: 15 },
      objects: [{ box: { x0: 0, y0: 0, x1: 9, y1: 4 } }],
    });
    await expect(data.load('000002')).rejects.toThrow(
      `${pictures}: no picture of "000002" that ends in .jpg, .jpeg or .JPEG`,
    );
  });

  it('refuses a folder of pictures that is none, or has none', async () => {
    const root = await devkit(2012);
    const inside = join(root, 'VOCdevkit/VOC2012');
    const open = (pictures: string) => openDataset({ name: 'voc', root, pictures });
    await expect(open(join(root, 'nowhere'))).rejects.toThrow(
      `dataset.pictures: ${join(root, 'nowhere')} is not a folder`,
    );
    await expect(open(join(inside, 'ImageSets', 'Main'))).rejects.toThrow(
      /^dataset\.pictures: .*Main holds no file that ends in \.jpg, \.jpeg or \.JPEG$/,
    );
    await expect(openDataset({ name: 'imagenet', root, pictures: root })).rejects.toThrow(
      'dataset.pictures: a key of voc, which imagenet does not have; remove it',
    );
  });

  it('finds the mask, VOC before the augmented set', async () => {
    const root = await devkit(2012);
    const inside = join(root, 'VOCdevkit/VOC2012');
    const png = encodePng({ rows: [[0]], depth: 8, colorType: 3, filters: [0] });
    await put(inside, 'SegmentationClassAug/000001.png', png);
    const data = await openDataset({ name: 'voc', root });
    expect((await data.load('000001')).maskPath).toBe(join(inside, 'SegmentationClassAug/000001.png'));
    expect('maskPath' in (await data.load('000002'))).toBe(false);
    await put(inside, 'SegmentationClass/000001.png', png);
    expect((await data.load('000001')).maskPath).toBe(join(inside, 'SegmentationClass/000001.png'));
  });

  it('lists another split for segmentation, and requires its masks', async () => {
    const root = await devkit(2012);
    await put(root, 'VOCdevkit/VOC2012/ImageSets/Segmentation/val.txt', '000001\n');
    const data = await openDataset({ name: 'voc', root, task: 'segmentation' });
    expect(data.ids).toEqual(['000001']);
    await expect(data.load('000001')).rejects.toThrow(/no mask SegmentationClass\/000001\.png/);
  });

  it('marks a demonstration, by a class that VOC does not have, by key or by file', async () => {
    const root = await devkit(2012);
    await put(root, 'few.txt', 'dog\ncat\n');
    await put(root, 'foreign.txt', 'dog\ncat\nfish\n');
    expect((await openDataset({ name: 'voc', root, classes: 'few.txt' })).provenance).toBe('voc');
    expect((await openDataset({ name: 'voc', root, classes: 'foreign.txt' })).provenance).toBe(
      'demonstration',
    );
    expect((await openDataset({ name: 'voc', root, demonstration: true })).provenance).toBe('demonstration');
    await put(root, 'provenance', 'demonstration: drawn scenes\n');
    expect((await openDataset({ name: 'voc', root })).provenance).toBe('demonstration');
  });

  it('reads the size of the stored pixels', async () => {
    const root = await devkit(2012);
    await writeFile(join(root, 'VOCdevkit/VOC2012/JPEGImages/000001.jpg'), await jpeg(20, 15));
    const { size, annotatedSize, objects } = await (await openDataset({ name: 'voc', root })).load('000001');
    expect([size, annotatedSize]).toEqual([
      { width: 20, height: 15 },
      { width: 40, height: 30 },
    ]);
    expect(objects[0]?.box).toEqual({ x0: 0, y0: 0, x1: 9, y1: 4 });
  });
});

describe('openDataset', () => {
  it.each([
    [{ name: 'imagenet', year: 2012 }, 'dataset.year: a key of voc, which imagenet does not have; remove it'],
    [
      { name: 'coco', task: 'segmentation' },
      'dataset.task: a key of voc, which coco does not have; remove it',
    ],
    [{ name: 'voc', boxes: false }, 'dataset.boxes: a key of imagenet, which voc does not have; remove it'],
  ] as const)('refuses a key that nothing would read: %o', async (spec, message) => {
    await expect(openDataset({ root: '.', ...spec })).rejects.toThrow(message);
  });

  it('suggests the name that an unknown one may mean', async () => {
    await expect(openDataset({ name: 'imagnet', root: '.' })).rejects.toThrow(
      'dataset: unknown name "imagnet"; did you mean `imagenet`?',
    );
  });

  it('says what it looked for in an empty folder', async () => {
    const root = await temporaryFolder();
    await expect(openDataset({ name: 'voc', root })).rejects.toThrow(
      /found no VOCdevkit\/VOC2007 or VOC2012/,
    );
    await expect(openDataset({ name: 'imagenet', root })).rejects.toThrow(
      /neither ILSVRC\/Data\/CLS-LOC\/val/,
    );
  });
});
