/**
 * `node scene-sheet.mjs <train|shipped> <file.png> [seed]`: forty scenes with their boxes, to be looked at. Main objects are
 * red, others yellow. `train` composes training scenes; `shipped` shows the first ones of datasets/quickstart.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { CLASSES } from './classes.mjs';
import { composeScene } from './compose.mjs';
import { imageId } from './imagenet.mjs';
import { Rng } from './rng.mjs';
import { SEED, TRAINING_SIDE } from './settings.mjs';
import { loadSprites } from './sprites.mjs';

const [side = 'train', file = 'scenes.png', seed = 'sheet'] = process.argv.slice(2);
const CELL = 240, COLUMNS = 8, COUNT = 40;
/** @typedef {{ picture: sharp.Sharp, w: number, h: number, objects: { label: string, main: boolean, box: { x0: number, y0: number, x1: number, y1: number } }[] }} Shown */

/** @returns {Promise<(n: number) => Shown>} */
async function training() {
  const sprites = await loadSprites('train', SEED);
  const rng = new Rng(seed), names = Object.keys(CLASSES);
  return () => {
    const { w, h, rgb, objects } = composeScene(rng, sprites, rng.pick(names), { w: TRAINING_SIDE, h: TRAINING_SIDE, side: 'train', composition: 'photograph' });
    return { picture: sharp(rgb, { raw: { width: w, height: h, channels: 3 } }), w, h, objects };
  };
}

/** @param {number} n @returns {Shown} */
function shipped(n) {
  const folder = fileURLToPath(new URL('../../datasets/quickstart', import.meta.url)), id = imageId(n);
  const xml = readFileSync(`${folder}/VOCdevkit/VOC2012/Annotations/${id}.xml`, 'utf8');
  const number = (/** @type {string} */ text, /** @type {string} */ key) => Number(new RegExp(`<${key}>(\\d+)`).exec(text)?.[1]);
  const main = Object.keys(CLASSES)[solution(folder, id)];
  const objects = xml.split('<object>').slice(1).map((text) => {
    const label = /<name>([^<]+)/.exec(text)?.[1] ?? '';
    const box = { x0: number(text, 'xmin') - 1, y0: number(text, 'ymin') - 1, x1: number(text, 'xmax') - 1, y1: number(text, 'ymax') - 1 };
    return { label, main: label === main, box };
  });
  return { picture: sharp(`${folder}/imagenet/ILSVRC/Data/CLS-LOC/val/${id}.JPEG`), w: number(xml, 'width'), h: number(xml, 'height'), objects };
}

/** The number of a scene's class, from 0. @param {string} folder @param {string} id */
function solution(folder, id) {
  const line = readFileSync(`${folder}/imagenet/LOC_val_solution.csv`, 'utf8').split('\n').find((text) => text.startsWith(`${id},`));
  return Number(/,n9(\d+)/.exec(line ?? '')?.[1]) - 1;
}

const scene = side === 'shipped' ? shipped : await training();
const tiles = [];
for (let n = 0; n < COUNT; n++) {
  const { picture, w, h, objects } = scene(n);
  const scale = (CELL - 4) / Math.max(w, h);
  const [width, height] = [Math.round(w * scale), Math.round(h * scale)];
  const marks = objects.map(({ box: b, main, label }) => {
    const [x, y] = [b.x0 * scale, b.y0 * scale];
    return `<rect x="${x + 0.5}" y="${y + 0.5}" width="${(b.x1 - b.x0) * scale - 1}" height="${(b.y1 - b.y0) * scale - 1}" fill="none" stroke="${main ? 'red' : 'yellow'}" stroke-width="1.5"/><text x="${x + 3}" y="${y + 11}" font-size="11" fill="white" stroke="black" stroke-width="0.3">${label}</text>`;
  });
  const svg = Buffer.from(`<svg width="${width}" height="${height}">${marks.join('')}</svg>`);
  const png = await picture.resize(width, height).composite([{ input: svg }]).png().toBuffer();
  tiles.push({ input: png, left: (n % COLUMNS) * CELL, top: Math.floor(n / COLUMNS) * CELL });
}
await sharp({ create: { width: COLUMNS * CELL, height: (COUNT / COLUMNS) * CELL, channels: 3, background: 'white' } })
  .composite(tiles).png().toFile(file);
