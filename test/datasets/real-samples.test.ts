import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { boxHeight, boxWidth } from '../../src/base/box.js';
import type { Sample } from '../../src/base/sample.js';
import { readMask } from '../../src/datasets/masks.js';
import { openDataset } from '../../src/datasets/registry.js';
import type { DatasetSpec } from '../../src/datasets/spec.js';
import { decodeImage } from '../../src/images/decode.js';

const ROOT = process.env.BENCH_TEST_DATA ?? '';

async function all(spec: DatasetSpec): Promise<readonly Sample[]> {
  const samples: Sample[] = [];
  for await (const sample of await openDataset(spec)) samples.push(sample);
  return samples;
}

function resized(samples: readonly Sample[]): number {
  return samples.filter(({ size: s, annotatedSize: a }) => s.width !== a.width || s.height !== a.height)
    .length;
}

function boxesInside(samples: readonly Sample[]): boolean {
  return samples.every(({ objects, size }) =>
    objects.every(({ box }) => {
      const covers = boxWidth(box) > 0 && boxHeight(box) > 0;
      return covers && box.x0 >= 0 && box.y0 >= 0 && box.x1 <= size.width - 1 && box.y1 <= size.height - 1;
    }),
  );
}

describe.skipIf(ROOT === '')('real samples', () => {
  it('ImageNet: 675 images, 650 of them resized, every box inside', async () => {
    const samples = await all({ name: 'imagenet', root: join(ROOT, 'imagenet-sample') });
    expect(samples).toHaveLength(675);
    expect(resized(samples)).toBe(650);
    expect(boxesInside(samples)).toBe(true);
    expect(samples.every(({ labels, objects }) => objects.some((o) => o.classIndex === labels[0]))).toBe(
      true,
    );
  });

  it('ImageNet: the warped images by their list', async () => {
    const root = join(ROOT, 'imagenet-sample');
    const data = await openDataset({ name: 'imagenet', root, images: 'warped.txt' });
    expect([data.ids.length, data.classes.length, data.provenance]).toEqual([650, 1000, 'imagenet-subset']);
    const sample = await data.load(data.ids[0]!);
    expect(await decodeImage(sample.imagePath)).toMatchObject(sample.size);
  });

  it.each([
    ['voc-sample', 100, 93],
    ['voc-animals', 198, 198],
  ])('VOC: %s, %d images, %d masks of their sizes', async (folder, count, masks) => {
    const samples = await all({ name: 'voc', root: join(ROOT, folder), split: 'trainval' });
    expect(samples).toHaveLength(count);
    expect(resized(samples)).toBe(0);
    expect(boxesInside(samples)).toBe(true);
    const masked = samples.filter((sample) => sample.maskPath !== undefined);
    expect(masked).toHaveLength(masks);
    for (const { maskPath, size } of masked.slice(0, 10))
      expect(await readMask(maskPath!, 20)).toMatchObject(size);
  });
});
