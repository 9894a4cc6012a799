import { rm } from 'node:fs/promises';
import fc from 'fast-check';
import sharp from 'sharp';
import { afterEach, describe, expect, it } from 'vitest';
import { yoloBox, yoloLine } from '../../../src/datasets/folder/yolo.js';
import { annotationXml, jpeg } from '../fixtures.js';
import { folderOf, open, outcomes, refusal } from './fixture.js';

const roots: string[] = [];
afterEach(async () => {
  for (const root of roots.splice(0)) await rm(root, { recursive: true });
});
async function root(files: Parameters<typeof folderOf>[0]): Promise<string> {
  const made = await folderOf(files);
  roots.push(made);
  return made;
}
const turned = async (width: number, height: number, orientation: number) =>
  sharp(await jpeg(width, height))
    .withMetadata({ orientation })
    .jpeg()
    .toBuffer();
const a = { 'a.jpg': [20, 10] } as const;

describe('a COCO JSON of any name', () => {
  const coco = (images: readonly object[], annotations: readonly object[] = []) =>
    JSON.stringify({
      images: images.map((image, index) => ({ id: index + 1, width: 20, height: 10, ...image })),
      annotations: annotations.map((one, index) => ({ id: index + 1, image_id: 1, category_id: 7, ...one })),
      categories: [
        { id: 9, name: 'ant' },
        { id: 7, name: 'zebra' },
      ],
    });

  it('has edges, and names pictures by paths or by the ends of them', async () => {
    const folder = await root({
      ...a,
      'deep/er/b.JPG': [20, 10],
      '_annotations.coco.json': coco(
        [{ file_name: 'a.jpg' }, { file_name: 'b.JPG' }],
        [
          { bbox: [2, 3, 4, 5] },
          { image_id: 2, category_id: 9, bbox: [0, 0, 20, 10], segmentation: [[0, 0, 10, 0, 10, 10]] },
        ],
      ),
    });
    const data = await open(folder, { boxes: '_annotations.coco.json' });
    expect(data.classes.map(({ id }) => id)).toEqual(['zebra', 'ant']);
    expect(await outcomes(data, folder)).toEqual({
      'a.jpg': 'zebra 2,3,5,7',
      'deep/er/b.JPG': 'ant 0,0,19,9',
    });
    const { objects } = await data.load('deep/er/b.JPG');
    expect(objects[0]!.region).toBeDefined();
  });

  it('fails the images whose picture is missing, turned or of other boxes, and leaves out unlisted ones', async () => {
    const folder = await root({
      ...a,
      'c.jpg': await turned(20, 10, 6),
      'd.jpg': [20, 10],
      'x.json': coco(
        [{ file_name: 'a.jpg' }, { file_name: 'gone.jpg' }, { file_name: 'c.jpg', width: 10, height: 20 }],
        [{ bbox: [30, 3, 4, 5] }],
      ),
    });
    const data = await open(folder, { boxes: 'x.json' });
    expect(data.notes).toEqual(['1 of 3 pictures have no image in x.json and are left out: "d.jpg"']);
    expect(await outcomes(data, folder)).toEqual({
      'a.jpg': 'failed: ROOT/x.json: annotation 1: bbox 30,3,4,5 is not within the 20x10 image',
      'c.jpg':
        'failed: ROOT/x.json: image c.jpg: annotated as 10x20, but ROOT/c.jpg is stored as 20x10: EXIF orientation 6 turns it; boxes must refer to the stored pixels; save the picture upright and annotate that',
      'gone.jpg': 'failed: ROOT/x.json: there is no picture "gone.jpg" in ROOT',
    });
  });

  it('ends the run at once where it is no such file', async () => {
    expect(await refusal(await root({ ...a, 'x.json': '[1, 2]' }), { boxes: 'x.json' })).toBe(
      'ROOT/x.json: expected a JSON object of lists',
    );
    const twice = coco([{ file_name: 'a.jpg' }, { file_name: './a.jpg' }]);
    expect(await refusal(await root({ ...a, 'x.json': twice }), { boxes: 'x.json' })).toBe(
      'ROOT/x.json: two images are called "a.jpg"',
    );
    expect(
      await refusal(await root({ ...a, 'x.json': coco([{ file_name: '../a.jpg' }]) }), { boxes: 'x.json' }),
    ).toMatch(/image 1: file_name: "\.\.\/a\.jpg" cannot be the name of a picture/);
  });
});

describe('VOC XML', () => {
  const xml = (
    name: string,
    box: readonly [number, number, number, number],
    size: readonly [number, number] = [20, 10],
  ) => annotationXml(...size, [{ name, box }]);
  const classes = { 'classes.txt': 'cat\ndog\n' };

  it('lies beside the pictures or apart, and counts from 1', async () => {
    const beside = await root({ ...a, ...classes, 'a.xml': xml('dog', [1, 1, 20, 10]) });
    expect(await outcomes(await open(beside, { boxes: '.' }), beside)).toEqual({ 'a.jpg': 'dog 0,0,19,9' });
    const apart = await root({
      ...classes,
      'img/x/a.PNG': [20, 10],
      'voc/x/a.xml': xml('cat', [1, 1, 20, 10]),
      'voc/b.xml': xml('cat', [0, 0, 19, 9]),
      'img/b.jpg': [20, 10],
      'img/c.jpg': [20, 10],
    });
    const data = await open(apart, { boxes: 'voc', pictures: 'img' });
    expect(data.notes).toEqual(['1 of 3 pictures have no XML file in voc and are left out: "c.jpg"']);
    expect(await outcomes(data, apart)).toEqual({
      'x/a.PNG': 'cat 0,0,19,9',
      'b.jpg':
        'failed: ROOT/voc/b.xml: object 1: the box 0,0,19,9 is not within the 20x10 picture, whose pixels that count from 1 go from 1,1 to 20,10; if the file means pixels that count from 0, set dataset.corners: pixels',
    });
    expect(
      (await outcomes(await open(apart, { boxes: 'voc', pictures: 'img', corners: 'pixels' }), apart))[
        'b.jpg'
      ],
    ).toBe('cat 0,0,19,9');
  });

  it('fails files without a picture, of an unknown class, of a turned picture', async () => {
    const folder = await root({
      ...classes,
      ...a,
      'b.jpg': await turned(20, 10, 8),
      'a.xml': xml('cut', [1, 1, 20, 10]),
      'b.xml': xml('cat', [1, 1, 10, 20], [10, 20]),
      'gone.xml': xml('cat', [1, 1, 20, 10]),
    });
    expect(await outcomes(await open(folder, { boxes: '.' }), folder)).toEqual({
      'a.jpg': 'failed: ROOT/a.xml: object 1: unknown class "cut"; did you mean cat?',
      'b.jpg':
        'failed: ROOT/b.xml: annotated as 10x20, but ROOT/b.jpg is stored as 20x10: EXIF orientation 8 turns it; boxes must refer to the stored pixels; save the picture upright and annotate that',
      gone: 'failed: ROOT/gone.xml: there is no picture "gone" in ROOT',
    });
  });

  it('needs a list of classes, since only each file names its own', async () => {
    const folder = await root({ ...a, 'a.xml': xml('cat', [1, 1, 20, 10]) });
    expect(await refusal(folder, { boxes: '.' })).toBe(
      "dataset.classes: nothing in ROOT names the classes; name a file with the network's, one a line (imagenet for ImageNet's 1000)",
    );
  });
});

describe('YOLO text files', () => {
  const names = { 'data.yaml': 'val: images/val\nnames: [cat, dog]\n' };

  it('refuses a list of names with an empty line between them, which would shift the numbers', async () => {
    const label = { 'a.txt': '1 0.5 0.5 0.5 0.5' };
    for (const file of ['classes.txt', 'obj.names']) {
      const folder = await root({ ...a, ...label, [file]: 'cat\n\ndog\n' });
      expect(await refusal(folder, { boxes: '.', format: 'yolo' })).toBe(
        `ROOT/${file}: line 2 is empty, but each line names a class; remove it or name it`,
      );
    }
    const trailing = await root({ ...a, ...label, 'classes.txt': 'cat\r\ndog\r\n\r\n  \n' });
    const data = await open(trailing, { boxes: '.', format: 'yolo' });
    expect(data.classes.map(({ id }) => id)).toEqual(['cat', 'dog']);
  });

  it('are shares of the sides; the names are in a data.yaml, a classes.txt or dataset.classes', async () => {
    const label = '1 0.5 0.5 1 1\n\n0 0.25 0.5 0.1 0.2\r\n';
    const expected = 'dog 0,0,19,9; cat 4,4,5,5';
    const files = {
      'images/val/a.jpg': [20, 10],
      'labels/val/a.txt': label,
      'images/val/b.jpg': [20, 10],
    } as const;
    for (const [extra, more] of [
      [names, { boxes: 'data.yaml' }],
      [
        { 'data.yaml': 'path: .\nval: ../images/val\nnames:\n  1: dog\n  0: cat\n' },
        { boxes: 'data.yaml', split: 'val' },
      ],
      [{ 'classes.txt': 'cat\ndog\n' }, { boxes: 'labels/val', pictures: 'images/val' }],
      [{ 'labels/val/classes.txt': 'cat\ndog\n' }, { boxes: 'labels/val', pictures: 'images/val' }],
      [{ 'mine.txt': 'cat\ndog\n' }, { boxes: 'labels/val', pictures: 'images/val', classes: 'mine.txt' }],
    ] as const) {
      const folder = await root({ ...files, ...extra });
      const data = await open(folder, more);
      expect(data.classes.map(({ id }) => id)).toEqual(['cat', 'dog']);
      // A picture without a file has no objects, as for YOLO's own trainers.
      const all = await outcomes(data, folder);
      expect(Object.keys(all)).toEqual(['a.jpg', 'b.jpg']);
      expect(all['b.jpg']).toBe('labels ');
      const { objects } = await data.load('a.jpg');
      expect(objects.map(({ className }) => className)).toEqual(['dog', 'cat']);
      expect(expected).toContain(all['a.jpg']!.split(';')[0]!);
      const { x0, y0, x1, y1 } = objects[1]!.box;
      expect([x0, y0, x1, y1].map((value) => Math.round(value * 1e9) / 1e9)).toEqual([4, 4, 5, 5]);
    }
  });

  it.each([
    ['0 0.5 0.5 0.1', '4 numbers, expected class cx cy width height'],
    [
      '0 0.5 0.5 0.1 0.1 0.9',
      '6 numbers, expected class cx cy width height; outlines, turned boxes and confidences are not read: export boxes',
    ],
    ['0 0.5 0.5 0.1 x', '"x" is no number'],
    ['cat 0.5 0.5 0.1 0.1', '"cat" is no number'],
    ['0.5 0.5 0.5 0.1 0.1', 'the class 0.5 is no whole number from 0'],
    ['-1 0.5 0.5 0.1 0.1', 'the class -1 is no whole number from 0'],
    ['2 0.5 0.5 0.1 0.1', 'there is no class 2; the names go from 0 to 1'],
    ['0 12 0.5 0.1 0.1', '12 0.5 0.1 0.1 are not shares of the sides, 0 to 1'],
    ['0 -0.1 0.5 0.1 0.1', '-0.1 0.5 0.1 0.1 are not shares of the sides, 0 to 1'],
    ['0 0.5 0.5 0 0.1', 'the box 0.5 0.5 0 0.1 is empty; remove the line'],
  ])('%j fails its picture alone: %s', async (line, why) => {
    const folder = await root({
      ...a,
      'a.txt': `${line}\n`,
      'b.jpg': [20, 10],
      'b.txt': '0 0.5 0.5 0.1 0.1',
      'classes.txt': 'cat\ndog',
    });
    const all = await outcomes(await open(folder, { boxes: '.', format: 'yolo' }), folder);
    expect(all['a.jpg']).toBe(`failed: ROOT/a.txt: line 1: ${why}`);
    expect(all['b.jpg']).not.toMatch(/failed/);
  });

  it('fails a file without a picture, and a picture that EXIF turns', async () => {
    const folder = await root({
      'a.jpg': await turned(20, 10, 3),
      'b.jpg': await turned(20, 10, 3),
      'a.txt': '0 0.5 0.5 0.1 0.1',
      'gone.txt': '0 0.5 0.5 0.1 0.1',
      'readme.txt': 'made by hand',
      'classes.txt': 'cat',
    });
    expect(await outcomes(await open(folder, { boxes: '.' }), folder)).toEqual({
      'a.jpg':
        'failed: ROOT/a.txt: EXIF orientation 3 turns ROOT/a.jpg, and shares do not say which picture they are of; save it upright and annotate that',
      'b.jpg': 'labels ',
      gone: 'failed: ROOT/gone.txt: there is no picture "gone" in ROOT',
    });
  });

  it.each([
    ['names: [cat]', {}, 'ROOT/data.yaml: no folder for the split val; there are none'],
    ['train: images/val\nnames: [cat]', {}, 'ROOT/data.yaml: no folder for the split val; known: train'],
    [
      'val: images/gone\nnames: [cat]',
      {},
      'ROOT/data.yaml: val: there is no folder ROOT/images/gone; lists of pictures are not read',
    ],
    ['val: images/val\nnames: {0: cat, 2: dog}', {}, 'ROOT/data.yaml: names has no name for the class 1'],
    ['- 1', {}, "ROOT/data.yaml: expected the keys names and val, as YOLO's trainers read them"],
    [
      'val: images/val\nnames: [cat]',
      {},
      'ROOT/data.yaml: val: there is no folder ROOT/labels/val with text files',
    ],
    [
      'val: images/val\nnames: [cat]',
      { corners: 'edges' },
      'dataset.corners: the coordinates of yolo have one meaning; remove it',
    ],
  ])('of %j is refused', async (yaml, more, why) => {
    const folder = await root({ 'images/val/a.jpg': [20, 10], 'data.yaml': yaml });
    expect(await refusal(folder, { boxes: 'data.yaml', ...more })).toBe(why);
  });

  it('become boxes that become the same shares again', () => {
    const size = { width: 641, height: 333 };
    const share = fc.double({ min: 1e-6, max: 1, noNaN: true });
    fc.assert(
      fc.property(share, share, share, share, fc.nat(99), (cx, cy, width, height, number) => {
        const read = yoloLine(`${number} ${cx} ${cy} ${width} ${height}`, 'here');
        expect(read).toEqual({ classNumber: number, cx, cy, width, height });
        const { x0, y0, x1, y1 } = yoloBox(read, size);
        const near = (is: number, was: number) => expect(Math.abs(is - was)).toBeLessThan(1e-12);
        near((x0 + x1 + 1) / 2 / size.width, cx);
        near((y0 + y1 + 1) / 2 / size.height, cy);
        near((x1 - x0 + 1) / size.width, width);
        near((y1 - y0 + 1) / size.height, height);
      }),
    );
  });
});
