import { link, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { seededWeights } from './net-builder.mjs';

const DISTINCT = 16;
const wnid = (index) => `n9${String(index).padStart(7, '0')}`;
const id = (index) => `ILSVRC2012_val_${String(index + 1).padStart(8, '0')}`;

const annotation = ({ width, height }) =>
  `<annotation><size><width>${width}</width><height>${height}</height><depth>3</depth></size>` +
  `<object><name>${wnid(0)}</name><bndbox><xmin>10</xmin><ymin>10</ymin>` +
  `<xmax>${width / 2}</xmax><ymax>${height / 2}</ymax></bndbox></object></annotation>`;

/** Soft blobs with some noise: a JPEG of them is about as large, and as slow to decode, as a photograph. */
async function picture(seed, { width, height }) {
  const [w, h] = [Math.ceil(width / 20), Math.ceil(height / 20)];
  const coarse = Buffer.from(seededWeights(w * h * 3, 110, seed + 1).map((value) => value + 128));
  const soft = await sharp(coarse, { raw: { width: w, height: h, channels: 3 } })
    .resize(width, height, { fit: 'fill', kernel: 'cubic' })
    .raw()
    .toBuffer();
  const noise = seededWeights(soft.length, 12, seed + 1000);
  const noisy = soft.map((value, i) => Math.max(0, Math.min(255, value + noise[i])));
  return sharp(Buffer.from(noisy), { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 90 })
    .toBuffer();
}

/**
 * An ImageNet tree of made pictures, 16 different ones linked under `count` names, each with one box.
 * @returns the `dataset` section of a configuration
 */
export async function madeImages(root, count, classes, size) {
  const images = join(root, 'ILSVRC', 'Data', 'CLS-LOC', 'val');
  const boxes = join(root, 'ILSVRC', 'Annotations', 'CLS-LOC', 'val');
  await Promise.all([mkdir(images, { recursive: true }), mkdir(boxes, { recursive: true })]);
  for (let i = 0; i < Math.min(DISTINCT, count); i++) {
    await writeFile(join(images, `${id(i)}.JPEG`), await picture(i, size));
    await writeFile(join(boxes, `${id(i)}.xml`), annotation(size));
  }
  for (let i = DISTINCT; i < count; i++) {
    await link(join(images, `${id(i % DISTINCT)}.JPEG`), join(images, `${id(i)}.JPEG`));
    await link(join(boxes, `${id(i % DISTINCT)}.xml`), join(boxes, `${id(i)}.xml`));
  }
  const mapping = Array.from({ length: classes }, (_, i) => `${wnid(i)} class ${i}`);
  const box = `10 10 ${size.width / 2} ${size.height / 2}`;
  const solution = Array.from({ length: count }, (_, i) => `${id(i)},${wnid(0)} ${box} `);
  await writeFile(join(root, 'LOC_synset_mapping.txt'), `${mapping.join('\n')}\n`);
  await writeFile(join(root, 'LOC_val_solution.csv'), `ImageId,PredictionString\n${solution.join('\n')}\n`);
  return { name: 'imagenet', root };
}
