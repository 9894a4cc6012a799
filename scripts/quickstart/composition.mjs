import { fileURLToPath } from 'node:url';
import { openDataset } from '../../dist/datasets/registry.js';
import { MEASURED, statistics } from './imagenet-statistics.mjs';

/**
 * `node composition.mjs [root]`: the composition of an ImageNet tree beside ImageNet val's, as a table in Markdown. By
 * default of the quickstart's scenes. `npm run build` comes first: the tree is read by the product's own loader.
 */
const root = process.argv[2] ?? fileURLToPath(new URL('../../datasets/quickstart/imagenet', import.meta.url));
/** @type {import('./imagenet-statistics.mjs').UnitBox[][]} */
const images = [];
for await (const { objects, size } of await openDataset({ name: 'imagenet', root })) {
  images.push(objects.map(({ box }) => ({ x0: box.x0 / size.width, y0: box.y0 / size.height, x1: (box.x1 + 1) / size.width, y1: (box.y1 + 1) / size.height })));
}
const ours = statistics(images);

const percent = (/** @type {number} */ v) => `${(100 * v).toFixed(1)} %`;
const plain = (/** @type {number} */ v) => v.toFixed(3).replace(/^0/, '');
const row = (/** @type {string} */ name, /** @type {number} */ imagenet, /** @type {number} */ scenes, /** @type {(v: number) => string} */ text) =>
  console.log(`| ${name} | ${text(imagenet)} | ${text(scenes)} |`);

console.log(`| largest box of an image | ImageNet val (50,000) | scenes (${images.length}) |\n| --- | --- | --- |`);
const rows = (/** @type {'area' | 'offset' | 'aspect' | 'offsetByArea'} */ key, /** @type {(p: number) => string} */ name, text = plain) =>
  MEASURED[key].forEach(([p, value], i) => row(name(p), value, ours[key][i][1], text));
rows('area', (p) => `area: ${100 * p} % of the images have at most`, percent);
rows('offset', (p) => `offset of its centre, in sides: ${100 * p} % of the images at most`);
rows('aspect', (p) => `width by height, over the image's: ${100 * p} % of the images at most`);
rows('offsetByArea', (most) => `median offset, area up to ${100 * most} %`);
['one box', 'two boxes', 'three', 'more'].forEach((name, i) => row(`images with ${name} of the class`, MEASURED.boxes[i], ours.boxes[i], percent));
row('a centre box of 70 % of each side meets it (IoU ≥ 0.5)', MEASURED.centreBox, ours.centreBox, percent);
