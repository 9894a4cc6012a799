/** `node scene-sheet.mjs <train|val> <file.png> [seed]`: 48 scenes with their boxes, to be looked at (main object red). */
import sharp from 'sharp';
import { CLASSES } from './classes.mjs';
import { composeScene } from './compose.mjs';
import { Rng } from './rng.mjs';
import { SEED } from './settings.mjs';
import { loadSprites } from './sprites.mjs';

const [sideArg = 'train', file = 'scenes.png', seed = 'sheet'] = process.argv.slice(2);
const side = /** @type {'train' | 'val'} */ (sideArg);
const CELL = 176, COLUMNS = 8, COUNT = 48;
const names = Object.keys(CLASSES);
const sprites = await loadSprites(side, SEED);
const rng = new Rng(seed);
const tiles = [];
for (let n = 0; n < COUNT; n++) {
  const scene = composeScene(rng, sprites, rng.pick(names), { w: CELL - 4, h: side === 'val' ? rng.pick([116, 130, 172]) : CELL - 4, side, composition: 'photograph' });
  const marks = scene.objects.map(({ box: b, main, label }) =>
    `<rect x="${b.x0 + 0.5}" y="${b.y0 + 0.5}" width="${b.x1 - b.x0}" height="${b.y1 - b.y0}" fill="none" stroke="${main ? 'red' : 'yellow'}"/><text x="${b.x0 + 2}" y="${b.y0 + 9}" font-size="9" fill="white" stroke="black" stroke-width="0.3">${label}</text>`);
  const svg = Buffer.from(`<svg width="${scene.w}" height="${scene.h}">${marks.join('')}</svg>`);
  const png = await sharp(scene.rgb, { raw: { width: scene.w, height: scene.h, channels: 3 } }).composite([{ input: svg }]).png().toBuffer();
  tiles.push({ input: png, left: (n % COLUMNS) * CELL, top: Math.floor(n / COLUMNS) * CELL });
}
await sharp({ create: { width: COLUMNS * CELL, height: (COUNT / COLUMNS) * CELL, channels: 3, background: 'white' } })
  .composite(tiles).png().toFile(file);
