import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { DataError } from '../../src/base/errors.js';
import type { Sample } from '../../src/base/sample.js';
import { openDataset } from '../../src/datasets/registry.js';
import { temporaryFolder } from '../images/temporary-folder.js';
import { annotationXml, jpeg, put } from './fixtures.js';

const TENCH = 'n01440764';
const KIT_FOX = 'n02119789';
const id = (number: number) => `ILSVRC2012_val_${String(number).padStart(8, '0')}`;

/** Two images: a kit fox of 40 x 30, and two tench whose file is half as large as its annotation says. */
const IMAGES: readonly {
  readonly id: string;
  readonly wnid: string;
  readonly stored: readonly [number, number];
  readonly annotated: readonly [number, number];
  readonly boxes: readonly (readonly [number, number, number, number])[];
}[] = [
  { id: id(1), wnid: KIT_FOX, stored: [40, 30], annotated: [40, 30], boxes: [[0, 0, 40, 29]] },
  {
    id: id(2),
    wnid: TENCH,
    stored: [20, 10],
    annotated: [40, 20],
    boxes: [
      [10, 2, 19, 11],
      [0, 0, 39, 19],
    ],
  },
];
const MAPPING = `${KIT_FOX} kit fox, Vulpes macrotis\n${TENCH} tench, Tinca tinca\n`;

async function putImages(
  root: string,
  imageFolder: (wnid: string) => string,
  xmlFolder: string,
): Promise<void> {
  for (const { id: name, wnid, stored, annotated, boxes } of IMAGES) {
    await put(root, `${imageFolder(wnid)}/${name}.JPEG`, await jpeg(...stored));
    const objects = boxes.map((box) => ({ name: wnid, box }));
    await put(root, `${xmlFolder}/${name}.xml`, annotationXml(...annotated, objects));
  }
}

async function kaggle(): Promise<string> {
  const root = await temporaryFolder();
  await putImages(root, () => 'ILSVRC/Data/CLS-LOC/val', 'ILSVRC/Annotations/CLS-LOC/val');
  await put(root, 'LOC_synset_mapping.txt', MAPPING);
  // The competition's file is not sorted.
  await put(
    root,
    'LOC_val_solution.csv',
    `ImageId,PredictionString\n${id(2)},${TENCH} 10 2 19 11 ${TENCH} 0 0 39 19 \n${id(1)},${KIT_FOX} 0 0 40 29 \n`,
  );
  return root;
}

async function flat(xmlFolder = 'bbox/val', imageFolder = 'val'): Promise<string> {
  const root = await temporaryFolder();
  await putImages(root, () => imageFolder, xmlFolder);
  const devkit = 'ILSVRC2012_devkit_t12/data';
  await put(root, `${devkit}/map_clsloc.txt`, `${KIT_FOX} 1 kit_fox\n${TENCH} 2 tench\n`);
  await put(root, `${devkit}/ILSVRC2012_validation_ground_truth.txt`, '1\n2\n');
  return root;
}

async function folders(): Promise<string> {
  const root = await temporaryFolder();
  await putImages(root, (wnid) => `val/${wnid}`, 'bbox/val');
  return root;
}

async function samples(root: string): Promise<readonly Omit<Sample, 'imagePath'>[]> {
  const all: Omit<Sample, 'imagePath'>[] = [];
  for await (const { imagePath: _, ...rest } of await openDataset({ name: 'imagenet', root })) all.push(rest);
  return all;
}

describe('openDataset imagenet', () => {
  it('reads the Kaggle tree: classes and images sorted, boxes clipped and scaled', async () => {
    const root = await kaggle();
    const data = await openDataset({ name: 'imagenet', root });
    expect(data.provenance).toBe('imagenet-subset');
    expect(data.classes).toEqual([
      { id: TENCH, name: 'tench' },
      { id: KIT_FOX, name: 'kit fox' },
    ]);
    expect(data.ids).toEqual([id(1), id(2)]);
    const flags = { difficult: false, truncated: false, occluded: false };
    expect(await data.load(id(1))).toEqual({
      id: id(1),
      imagePath: join(root, `ILSVRC/Data/CLS-LOC/val/${id(1)}.JPEG`),
      labels: [1],
      objects: [{ className: KIT_FOX, classIndex: 1, box: { x0: 0, y0: 0, x1: 39, y1: 29 }, ...flags }],
      size: { width: 40, height: 30 },
      annotatedSize: { width: 40, height: 30 },
      blacklisted: false,
    });
    const tench = await data.load(id(2));
    expect(tench.labels).toEqual([0]);
    expect(tench.objects.map(({ box }) => box)).toEqual([
      { x0: 5, y0: 1, x1: 9, y1: 5 },
      { x0: 0, y0: 0, x1: 19, y1: 9 },
    ]);
    expect([tench.size, tench.annotatedSize]).toEqual([
      { width: 20, height: 10 },
      { width: 40, height: 20 },
    ]);
  });

  it('reads the same samples from all three layouts', async () => {
    const expected = await samples(await kaggle());
    expect(expected).toHaveLength(2);
    expect(await samples(await flat())).toEqual(expected);
    expect(await samples(await flat('val'))).toEqual(expected);
    expect(await samples(await flat('bbox', '.'))).toEqual(expected);
    expect(await samples(await folders())).toEqual(expected);
  });

  it('takes the labels of a flat folder from a solution file too', async () => {
    const root = await flat();
    await rm(join(root, 'ILSVRC2012_devkit_t12'), { recursive: true });
    await expect(openDataset({ name: 'imagenet', root })).rejects.toThrow(
      /no labels; put LOC_val_solution\.csv or/,
    );
    await put(root, 'LOC_synset_mapping.txt', MAPPING);
    await put(root, 'LOC_val_solution.csv', `ImageId,PredictionString\n${id(1)},${KIT_FOX} 0 0 1 1\n`);
    await expect(openDataset({ name: 'imagenet', root })).rejects.toThrow(/has no line for the image .*2/);
  });

  it('reads the layout that is named', async () => {
    const root = await kaggle();
    await expect(openDataset({ name: 'imagenet', root, layout: 'folders' })).rejects.toThrow(
      /no folder named like/,
    );
  });

  it('indexes classes by the configured list', async () => {
    const root = await folders();
    await put(root, 'three.txt', `n01443537 goldfish\n${MAPPING}`);
    const data = await openDataset({ name: 'imagenet', root, classes: 'three.txt' });
    expect((await data.load(id(1))).labels).toEqual([2]);
  });

  it.each(['ILSVRC2012_validation_blacklist.txt', 'ILSVRC2014_clsloc_validation_blacklist.txt'])(
    'marks the images of %s',
    async (name) => {
      const root = await flat();
      await put(root, `ILSVRC2012_devkit_t12/data/${name}`, '2\n');
      expect((await samples(root)).map(({ blacklisted }) => blacklisted)).toEqual([false, true]);
    },
  );

  it('uses the images of a list, in its order', async () => {
    const root = await kaggle();
    await put(root, 'list.txt', `${id(2)}\n${id(1)}\n`);
    expect((await openDataset({ name: 'imagenet', root, images: 'list.txt' })).ids).toEqual([id(2), id(1)]);
    await put(root, 'list.txt', `${id(3)}\n`);
    await expect(openDataset({ name: 'imagenet', root, images: 'list.txt' })).rejects.toThrow(
      /00000003" is not in/,
    );
  });

  it('notices a ground truth in another order than the boxes', async () => {
    const root = await flat();
    await put(root, 'ILSVRC2012_devkit_t12/data/ILSVRC2012_validation_ground_truth.txt', '2\n1\n');
    const loading = (await openDataset({ name: 'imagenet', root })).load(id(1));
    await expect(loading).rejects.toThrow(DataError);
    await expect(loading).rejects.toThrow(
      /00000001\.xml: no object of n01440764, which is the image's label/,
    );
  });

  it('refuses a ground truth that is too short', async () => {
    const root = await flat();
    await put(root, 'ILSVRC2012_devkit_t12/data/ILSVRC2012_validation_ground_truth.txt', '1\n');
    await expect(openDataset({ name: 'imagenet', root })).rejects.toThrow(/has no line 2/);
  });

  it('goes without boxes only when told to', async () => {
    const root = await folders();
    await rm(join(root, 'bbox'), { recursive: true });
    await expect(openDataset({ name: 'imagenet', root })).rejects.toThrow(
      /no folder of XML boxes.*boxes: false/,
    );
    const sample = await (await openDataset({ name: 'imagenet', root, boxes: false })).load(id(2));
    expect(sample).toMatchObject({ labels: [0], objects: [], annotatedSize: { width: 20, height: 10 } });
  });

  it('refuses the same id in two folders', async () => {
    const root = await folders();
    await put(root, `val/${TENCH}/${id(1)}.JPEG`, await jpeg(4, 4));
    await expect(openDataset({ name: 'imagenet', root })).rejects.toThrow(/has the same id as/);
  });

  it('marks a demonstration by its wnids', async () => {
    const root = await kaggle();
    await put(root, 'LOC_synset_mapping.txt', `${MAPPING}n90000001 aeroplane\n`);
    expect((await openDataset({ name: 'imagenet', root })).provenance).toBe('demonstration');
  });

  it('takes 50,000 validation images and 1000 classes for the whole, and a part of them for a part', async () => {
    const root = await kaggle();
    const lines = Array.from({ length: 50_000 }, (_, i) => `${id(i + 1)},${TENCH} 0 0 1 1 `);
    await put(root, 'LOC_val_solution.csv', ['ImageId,PredictionString', ...lines].join('\n'));
    const others = Array.from({ length: 998 }, (_, i) => `n03${String(i).padStart(6, '0')} thing`);
    await put(root, 'LOC_synset_mapping.txt', MAPPING + others.join('\n'));
    expect((await openDataset({ name: 'imagenet', root })).provenance).toBe('imagenet-val');
    expect((await openDataset({ name: 'imagenet', root, demonstration: true })).provenance).toBe(
      'demonstration',
    );
    await put(root, 'list.txt', `${id(2)}\n`);
    const part = await openDataset({ name: 'imagenet', root, images: 'list.txt' });
    expect(part.provenance).toBe('imagenet-subset');
  });

  it('lets boxes refer to the stored pixels whatever the EXIF orientation', async () => {
    const root = await kaggle();
    const turned = await sharp(await jpeg(40, 30))
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    expect(await sharp(turned).metadata()).toMatchObject({ orientation: 6 });
    await put(root, `ILSVRC/Data/CLS-LOC/val/${id(1)}.JPEG`, turned);
    const sample = await (await openDataset({ name: 'imagenet', root })).load(id(1));
    expect(sample.size).toEqual({ width: 40, height: 30 });
    expect(sample.objects[0]?.box).toEqual({ x0: 0, y0: 0, x1: 39, y1: 29 });
  });

  it.each([
    ['a wrong heading', 'Image,Label\n', /first line must be ImageId/],
    ['no wnid', `ImageId,PredictionString\n${id(1)},\n`, /line 2 has no wnid/],
    ['an unsafe id', `ImageId,PredictionString\n../x,${TENCH} 0 0 1 1\n`, /cannot be the id/],
  ])('refuses a solution file with %s', async (_name, text, reason) => {
    const root = await kaggle();
    await put(root, 'LOC_val_solution.csv', text);
    await expect(openDataset({ name: 'imagenet', root })).rejects.toThrow(reason);
  });

  it('refuses a list of classes that is none', async () => {
    const root = await kaggle();
    await put(root, 'LOC_synset_mapping.txt', 'tench\n');
    await expect(openDataset({ name: 'imagenet', root })).rejects.toThrow(
      /line 1 does not begin with a wnid/,
    );
  });
});
