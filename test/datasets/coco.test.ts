import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DataError } from '../../src/base/errors.js';
import { openDataset } from '../../src/datasets/registry.js';
import { temporaryFolder } from '../images/temporary-folder.js';
import { jpeg, put } from './fixtures.js';

type Json = Record<string, unknown>;

const image = (id: number, more: Json = {}): Json => ({
  ...{ license: 1, file_name: `COCO_val2014_${String(id).padStart(12, '0')}.jpg`, width: 8, height: 6, id },
  ...more,
});
const CATEGORIES = [
  { supercategory: 'animal', id: 18, name: 'dog' },
  { supercategory: 'person', id: 1, name: 'person' },
  { supercategory: 'animal', id: 17, name: 'cat' },
];
const dog = (id: number, more: Json = {}): Json => ({
  ...{ id, image_id: 42, category_id: 18, iscrowd: 0, area: 4, bbox: [1, 1, 2, 2] },
  ...{ segmentation: [[1, 1, 3, 1, 3, 3, 1, 3]], ...more },
});

const ID = 'COCO_val2014_000000000042';

async function coco(parts: Json = {}, size: readonly [number, number] = [8, 6]): Promise<string> {
  const root = await temporaryFolder();
  const file = {
    info: { year: [2014] },
    images: [image(42)],
    annotations: [dog(7)],
    categories: CATEGORIES,
    ...parts,
  };
  await put(root, 'annotations/instances_val2014.json', JSON.stringify(file));
  await mkdir(join(root, 'val2014'));
  for (const { file_name } of file.images as { file_name: string }[]) {
    if (typeof file_name === 'string' && !file_name.includes('/')) {
      await put(root, `val2014/${file_name}`, await jpeg(...size));
    }
  }
  return root;
}

const open = (root: string, more: Json = {}) => openDataset({ name: 'coco', root, ...more });
const objectsOf = async (annotations: readonly Json[], size?: readonly [number, number]) =>
  (await (await open(await coco({ annotations }, size))).load(ID)).objects;

describe('openDataset coco', () => {
  it('reads boxes from edges, masks as run lengths, classes by ascending number', async () => {
    const data = await open(await coco());
    expect(data.provenance).toBe('coco');
    expect(data.classes.map(({ name }) => name)).toEqual(['person', 'cat', 'dog']);
    const sample = await data.load(ID);
    expect(sample).toMatchObject({ id: ID, labels: [2], size: { width: 8, height: 6 }, blacklisted: false });
    expect(sample.objects).toEqual([
      {
        className: 'dog',
        classIndex: 2,
        // Edges at 1 and 3: the pixels 1 and 2.
        box: { x0: 1, y0: 1, x1: 2, y1: 2 },
        difficult: false,
        truncated: false,
        occluded: false,
        region: { width: 8, height: 6, counts: [7, 2, 4, 2, 33] },
      },
    ]);
  });

  it('keeps the box as annotated where the stored copy has another size', async () => {
    const [scaled] = await objectsOf([dog(1)], [4, 3]);
    expect(scaled).toMatchObject({
      box: { x0: 0.5, y0: 0.5, x1: 0.5, y1: 0.5 },
      annotated: { box: { x0: 1, y0: 1, x1: 2, y1: 2 }, size: { width: 8, height: 6 } },
    });
  });

  it('reads run lengths packed into text and as a list, and joins several polygons', async () => {
    const objects = await objectsOf([
      dog(1, { segmentation: { counts: [7, 2, 4, 2, 33], size: [6, 8] }, iscrowd: 1 }),
      // '7240m0' is pycocotools' text for the same mask.
      dog(2, { segmentation: { counts: '7240m0', size: [6, 8] } }),
      dog(3, {
        segmentation: [
          [1, 1, 2, 1, 2, 3, 1, 3],
          [2, 1, 3, 1, 3, 3, 2, 3],
        ],
      }),
      dog(4, { segmentation: [] }),
    ]);
    for (const { region } of objects.slice(0, 3)) expect(region!.counts).toEqual([7, 2, 4, 2, 33]);
    expect(objects[3]!.region).toBeUndefined();
    expect(objects.map(({ crowd = false, difficult }) => [crowd, difficult])).toEqual([
      [true, false],
      ...Array(3).fill([false, false]),
    ]);
  });

  it('keeps fractions of boxes, clips them, widens a side of 0, and scales with the stored image', async () => {
    const boxes = [
      [0.5, 1.25, 2, 3],
      [6.5, 0, 1.51, 6],
      [2, 3, 4, 0],
    ];
    const objects = await objectsOf(boxes.map((bbox, i) => dog(i, { bbox })));
    expect(objects.map(({ box }) => box)).toEqual([
      { x0: 0.5, y0: 1.25, x1: 1.5, y1: 3.25 },
      { x0: 6.5, y0: 0, x1: 7, y1: 5 },
      { x0: 2, y0: 3, x1: 5, y1: 3 },
    ]);
    const [large] = await objectsOf([dog(1)], [16, 12]);
    expect(large!.box).toEqual({ x0: 2, y0: 2, x1: 5, y1: 5 });
    expect(large!.region).toEqual({ width: 16, height: 12, counts: [26, ...[4, 8, 4, 8, 4, 8], 4, 126] });
  });

  it('orders images by their number, keeps those without objects, and takes a list of them', async () => {
    const images = [image(300), image(42), image(5)];
    const root = await coco({ images });
    const data = await open(root);
    expect(data.ids.map((id) => Number(id.slice(-3)))).toEqual([5, 42, 300]);
    expect(await data.load(data.ids[0]!)).toMatchObject({ labels: [], objects: [] });
    await put(root, 'few.txt', `${ID}\n`);
    expect((await open(root, { images: 'few.txt' })).ids).toEqual([ID]);
  });

  it('reads the sections in any order, images beside the annotations, and the split of 2017', async () => {
    const root = await temporaryFolder();
    const file = {
      categories: CATEGORIES,
      annotations: [dog(7)],
      images: [image(42, { file_name: '42.jpg' })],
    };
    await put(root, 'annotations/instances_val2017.json', `\ufeff${JSON.stringify(file, null, 1)}`);
    await put(root, 'images/val2017/42.jpg', await jpeg(8, 6));
    const data = await open(root, { split: 'val2017' });
    expect((await data.load('42')).objects).toHaveLength(1);
    await expect(open(root)).rejects.toThrow(
      'found no annotations/instances_val2014.json; there are: val2017',
    );
    await rm(join(root, 'images'), { recursive: true });
    await expect(open(root, { split: 'val2017' })).rejects.toThrow('no folder of images val2017');
  });

  it('takes the classes of a list in its order, and is a demonstration with one that is not COCO’s', async () => {
    const root = await coco();
    await put(root, 'classes.txt', 'dog\nperson\n');
    const data = await open(root, { classes: 'classes.txt' });
    expect((await data.load(ID)).labels).toEqual([0]);
    const categories = [...CATEGORIES, { id: 99, name: 'unicorn' }];
    expect((await open(await coco({ categories }))).provenance).toBe('demonstration');
  });

  it.each<[string, Json, string]>([
    [
      'an image that stands there twice',
      { images: [image(42), image(42)] },
      'image 2: the id 42 stands there twice',
    ],
    [
      'two images of one name',
      { images: [image(42), image(43, { file_name: `${ID}.jpg` })] },
      'two images are called',
    ],
    [
      'a file name that leaves the folder',
      { images: [image(42, { file_name: '../x.jpg' })] },
      'cannot be the id',
    ],
    ['a size of 0', { images: [image(42, { width: 0 })] }, 'image 1: width: is 0, expected 1 or more'],
    [
      'a negative size',
      { images: [image(42, { height: -6 })] },
      'image 1: height: is -6, expected 1 or more',
    ],
    [
      'a fraction of a size',
      { images: [image(42, { width: 8.5 })] },
      'image 1: width: expected a whole number',
    ],
    ['a size in words', { images: [image(42, { width: '8' })] }, 'image 1: width: expected a whole number'],
    [
      'a number of an image beyond whole ones',
      { images: [image(42, { id: 1e30 })] },
      'image 1: id: expected a',
    ],
    [
      'an object’s image beyond whole ones',
      { annotations: [dog(7, { image_id: 1e300 })] },
      'image_id: expected a',
    ],
    ['an object of no image', { annotations: [dog(7, { image_id: 8 })] }, 'image_id 8, no image has that id'],
    [
      'an object of no category',
      { annotations: [dog(7, { category_id: 3 })] },
      'annotation 7 has category_id 3',
    ],
    ['a section that is no list', { annotations: { 7: dog(7) } }, '`annotations` must be a list'],
    ['a missing section', { categories: undefined }, 'has no list `categories`'],
    ['no category', { categories: [], annotations: [] }, 'the list of categories is empty'],
  ])('ends at once at %s', async (_, parts, message) => {
    const opened = open(await coco(parts));
    await expect(opened).rejects.toThrow(DataError);
    await expect(opened).rejects.toThrow(message);
  });

  it.each<[string, string, string]>([
    ['a file that is cut off', '{"images": [{"id": 1', 'the file ends too early'],
    ['an empty file', '', 'the file ends too early'],
    ['no JSON', '{"images": [}', 'not well-formed JSON'],
    ['another form', '[1, 2]', 'expected a JSON object of lists'],
  ])('ends at once at %s', async (_, text, message) => {
    const root = await coco();
    await put(root, 'annotations/instances_val2014.json', text);
    await expect(open(root)).rejects.toThrow(message);
  });

  it.each<[string, Json, string]>([
    ['three numbers of a box', { bbox: [1, 2, 3] }, 'annotation 1 (id 7): bbox has 3 numbers'],
    ['a box outside', { bbox: [9, 1, 2, 2] }, 'annotation 7: bbox 9,1,2,2 is not within the 8x6 image'],
    ['a negative side', { bbox: [5, 1, -2, 2] }, 'bbox 5,1,-2,2'],
    ['a coordinate that is no number', { bbox: [1, 'x', 2, 2] }, 'bbox: number 2 is "\\"x\\""'],
    ['a corner too few', { segmentation: [[1, 1, 3, 1]] }, 'segmentation: polygon 1: 2 corners'],
    ['half a corner', { segmentation: [[1, 1, 3, 1, 3, 3, 1]] }, 'polygon 1: an odd number'],
    [
      'runs of another size',
      { segmentation: { counts: [48], size: [8, 6] } },
      'the mask is 6x8, its image 8x6',
    ],
    [
      'runs that do not fill it',
      { segmentation: { counts: [47], size: [6, 8] } },
      'the runs cover 47 pixels',
    ],
    ['a crowd flag of 2', { iscrowd: 2 }, 'iscrowd must be 0 or 1'],
    [
      'a corner far away',
      { segmentation: [[1, 1, 3e7, 1, 3, 3]] },
      "annotation 7: the polygon's corner 30000000,1 lies far beyond the 8x6 image",
    ],
    [
      'a corner as far as numbers go',
      { segmentation: [[1, 1, 3, -1.7e308, 3, 3]] },
      "the polygon's corner 3,-1.7e+308 lies far beyond",
    ],
    ['a corner beyond numbers', { segmentation: [[1, 1, '1e999', 1, 3, 3]] }, 'polygon 1: number 3 is'],
    [
      'outlines without end',
      { segmentation: [Array.from({ length: 40_000 }, (_, i) => (i % 4 < 2 ? -900 : 900))] },
      'with it the outlines of this 8x6 image are longer than 4000000 pixels',
    ],
    [
      'very many polygons',
      { segmentation: Array.from({ length: 2000 }, () => [0, 0, 0, 999, 999, 0]) },
      'the outlines of this 8x6 image are longer',
    ],
    ['a box as far as numbers go', { bbox: [0, 0, 1e308, 1e308] }, 'bbox 0,0,1e+308,1e+308 lies far beyond'],
    [
      'a box that begins far away',
      { bbox: [-1e308, 0, 1e308, 5] },
      'bbox -1e+308,0,1e+308,5 lies far beyond',
    ],
    ['sides that add up beyond numbers', { bbox: [1.7e308, 0, 1.7e308, 5] }, 'lies far beyond the 8x6 image'],
    ['an area beyond the image', { area: 1e12 }, 'area is 1000000000000, which no object of a 8x6 image has'],
    ['a negative area', { area: -4 }, 'area is -4, which no object'],
    ['an area in words', { area: 'large' }, 'area is "\\"large\\"", expected a number'],
    ['a list for a number', { bbox: [1, [2], 2, 2] }, 'bbox: number 2 is a list'],
    [
      'a run beyond the image',
      { segmentation: { counts: [1e308, 1e308], size: [6, 8] } },
      'the runs cover Infinity pixels, the image has 8x6',
    ],
    ['a negative run', { segmentation: { counts: [60, -12], size: [6, 8] } }, 'a run of -12 pixels'],
    ['a fractional run', { segmentation: { counts: [47.5, 0.5], size: [6, 8] } }, 'a run of 47.5 pixels'],
    [
      'very many empty runs',
      { segmentation: { counts: [...Array<number>(100_000).fill(0), 48], size: [6, 8] } },
      '100001 runs, the image has 8x6',
    ],
    [
      'packed runs beyond numbers',
      { segmentation: { counts: `${'o'.repeat(1000)}0`, size: [6, 8] } },
      'a run of more than 2^32 pixels',
    ],
    [
      'runs of an enormous size',
      { segmentation: { counts: [3_600_000_000], size: [60_000, 60_000] } },
      'the mask is 60000x60000, its image 8x6',
    ],
  ])('makes a failure of the image alone at %s', async (_, more, message) => {
    const images = [image(42), image(43)];
    const data = await open(await coco({ images, annotations: [dog(7, more), dog(8, { image_id: 43 })] }));
    await expect(data.load(ID)).rejects.toThrow(message);
    await expect(data.load(ID)).rejects.toThrow(DataError);
    expect((await data.load(data.ids[1]!)).objects).toHaveLength(1);
  });

  it('passes over an area that is missing, and takes corners and boxes that are some pixels off', async () => {
    const [object] = await objectsOf([
      dog(1, {
        ...{ area: null, bbox: [-2.5, -1, 14, 9] },
        segmentation: [[-3.5, -2, 11.25, -2, 11.25, 9, -3.5, 9]],
      }),
    ]);
    expect(object!.box).toEqual({ x0: 0, y0: 0, x1: 7, y1: 5 });
    // Pixel for pixel what pycocotools draws: all of it.
    expect(object!.region!.counts).toEqual([0, 48]);
  });

  it.each<[string, number, number, string]>([
    ['60,000 x 60,000', 60_000, 60_000, 'is annotated as 60000x60000, but stored as 8x6'],
    ['one side too long', 8, 6_000_000, 'is annotated as 8x6000000, but stored as 8x6'],
    ['as large as whole numbers go', 9e15, 9e15, `is annotated as ${9e15}x${9e15}, but stored as 8x6`],
  ])('makes a failure of the image alone at a size of %s, at once', async (_, width, height, message) => {
    const images = [image(42, { width, height }), image(43)];
    const data = await open(await coco({ images, annotations: [dog(7), dog(8, { image_id: 43 })] }));
    const began = performance.now();
    await expect(data.load(ID)).rejects.toThrow(`image "${ID}.jpg" ${message}`);
    await expect(data.load(ID)).rejects.toThrow(DataError);
    expect(performance.now() - began).toBeLessThan(1000);
    expect((await data.load(data.ids[1]!)).objects).toHaveLength(1);
  });

  it('takes nothing of the annotated size for a small copy', async () => {
    const images = [image(42, { width: 160, height: 120 })];
    const [object] = (
      await (
        await open(
          await coco({
            images,
            annotations: [
              dog(7, { bbox: [20, 20, 40, 40], segmentation: [[20, 20, 60, 20, 60, 60, 20, 60]] }),
            ],
          }),
        )
      ).load(ID)
    ).objects;
    expect(object!.region).toEqual({ width: 8, height: 6, counts: [7, 2, 4, 2, 33] });
  });

  it('does not walk down a value that is nested without end', async () => {
    const root = await coco();
    const deep = `${'['.repeat(50_000)}1${']'.repeat(50_000)}`;
    const text = JSON.stringify({
      images: [image(42), image(43)],
      annotations: [dog(7, { bbox: 'DEEP' }), dog(8, { image_id: 43 })],
      categories: CATEGORIES,
    });
    await put(root, 'annotations/instances_val2014.json', text.replace('"DEEP"', `[1,${deep},2,2]`));
    const data = await open(root);
    await expect(data.load(ID)).rejects.toThrow('bbox: number 2 is a list');
  });

  it.each([
    ['before all others', { segmentation: 'LONG', ...dog(7, { segmentation: 'LONG' }) }],
    ['behind all others', { ...dog(7, { segmentation: undefined }), segmentation: 'LONG' }],
  ])(
    'keeps nothing of a field of millions of values that stands %s, and fails that image alone',
    async (_, one) => {
      const images = [image(42), image(43)];
      const annotations = [one, dog(8, { image_id: 43 })];
      const root = await coco({ images, annotations });
      const text = JSON.stringify({ images, annotations, categories: CATEGORIES });
      const long = `[[${'1,2,'.repeat(2_000_100)}3,4]]`;
      await put(root, 'annotations/instances_val2014.json', text.replace('"LONG"', long));
      const data = await open(root);
      await expect(data.load(ID)).rejects.toThrow(
        'annotation 1 (id 7): "segmentation" holds more than 4 million values',
      );
      expect((await data.load(data.ids[1]!)).objects).toHaveLength(1);
    },
    60_000,
  );

  it('ends at once at an element that is a list of millions of values', async () => {
    const root = await coco();
    const text = JSON.stringify({ images: [image(42)], annotations: ['LONG'], categories: CATEGORIES });
    await put(
      root,
      'annotations/instances_val2014.json',
      text.replace('"LONG"', `[${'1,'.repeat(4_000_100)}1]`),
    );
    await expect(open(root)).rejects.toThrow('an element of `annotations` holds more than 4 million values');
  }, 60_000);
});
