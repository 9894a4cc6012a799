import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Sample } from '../../src/base/sample.js';
import type { Dataset } from '../../src/datasets/dataset.js';
import { readMask } from '../../src/datasets/masks.js';
import { openDataset } from '../../src/datasets/registry.js';

const ROOT = 'datasets/quickstart';
const PICTURES = 'imagenet/ILSVRC/Data/CLS-LOC/val';

/** The boxes of an image's objects of one class, in a fixed order. */
function boxesOf(sample: Sample, className: string): readonly string[] {
  const own = sample.objects.filter((object) => object.className === className);
  return own.map(({ box }) => `${box.x0},${box.y0},${box.x1},${box.y1}`).sort();
}

async function openBoth(): Promise<readonly [Dataset, Dataset]> {
  return Promise.all([
    openDataset({ name: 'imagenet', root: `${ROOT}/imagenet` }),
    openDataset({ name: 'voc', root: ROOT, classes: 'classes.txt', pictures: PICTURES }),
  ]);
}

describe.skipIf(!existsSync(`${ROOT}/VOCdevkit`))(
  'the quickstart data, written as ImageNet and as VOC',
  () => {
    it('have the same images and boxes: counted from 0 in one, from 1 in the other', async () => {
      const [imagenet, voc] = await openBoth();
      expect(imagenet.ids).toHaveLength(500);
      expect(imagenet.ids.map((id) => id.slice(-6))).toEqual(voc.ids.map((id) => id.slice(-6)));
      for (const [index, id] of imagenet.ids.entries()) {
        const [one, other] = await Promise.all([imagenet.load(id), voc.load(voc.ids[index]!)]);
        const { id: wnid, name } = imagenet.classes[one.labels[0]!]!;
        expect([id, one.size, boxesOf(one, wnid)]).toEqual([id, other.size, boxesOf(other, name)]);
        expect(boxesOf(one, wnid)).not.toEqual([]);
      }
    });

    it('share their pictures: none is stored twice', async () => {
      const [imagenet, voc] = await openBoth();
      const id = imagenet.ids[7]!;
      expect((await voc.load(id)).imagePath).toBe(resolve((await imagenet.load(id)).imagePath));
      const files = await readdir(ROOT, { recursive: true });
      expect(files.filter((file) => /\.jpe?g$/i.test(file))).toHaveLength(500);
    });

    it('are never taken for ImageNet or VOC', async () => {
      const [imagenet, voc] = await openBoth();
      expect([imagenet.provenance, voc.provenance]).toEqual(['demonstration', 'demonstration']);
      expect(imagenet.classes.map(({ name }) => name)).toEqual(voc.classes.map(({ id }) => id));
    });

    it('have masks of the size of their images, with the classes of their objects', async () => {
      const [, voc] = await openBoth();
      for (const id of voc.ids.slice(0, 10)) {
        const { maskPath, size, labels } = await voc.load(id);
        const mask = await readMask(maskPath!, voc.classes.length);
        expect(mask).toMatchObject(size);
        const shown = [...new Set(mask.data)].filter((index) => index !== 0 && index !== 255);
        expect(labels).toEqual(expect.arrayContaining(shown.map((index) => index - 1)));
      }
    });
  },
);
