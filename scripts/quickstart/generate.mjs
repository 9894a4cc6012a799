/** `node generate.mjs [folder]`: writes the validation scenes, by default into the repository's datasets/quickstart. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { CLASSES } from './classes.mjs';
import { composeScene } from './compose.mjs';
import { writeImagenet } from './imagenet.mjs';
import { Rng } from './rng.mjs';
import { SEED, VALIDATION_SCENES } from './settings.mjs';
import { loadSprites, splitDrawings } from './sprites.mjs';
import { writeVoc } from './voc.mjs';

/** Aspect ratios as photographs have them; most lie across. ImageNet's commonest size is 500 × 375. */
const ASPECTS = [4 / 3, 4 / 3, 4 / 3, 4 / 3, 3 / 2, 3 / 2, 3 / 4, 2 / 3, 1];

/** @param {Rng} rng */
function imageSize(rng) {
  const long = rng.pick([500, 500, 400, 333]), aspect = rng.pick(ASPECTS);
  return aspect >= 1 ? { w: long, h: Math.round(long / aspect) } : { w: Math.round(long * aspect), h: long };
}

const folder = process.argv[2] ?? fileURLToPath(new URL('../../datasets/quickstart', import.meta.url));
const classes = Object.keys(CLASSES);
const sprites = await loadSprites('val', SEED);
const rng = new Rng(`${SEED}/val`);
// As many scenes of each class as of any other, in an order that says nothing.
const labels = rng.shuffle(Array.from({ length: VALIDATION_SCENES }, (_, n) => /** @type {string} */ (classes[n % classes.length])));

/** @type {import('./voc.mjs').Entry[]} */
const entries = [];
for (const [n, label] of labels.entries()) {
  const scene = composeScene(rng, sprites, label, { ...imageSize(rng), side: 'val', composition: 'photograph' });
  const jpeg = await sharp(scene.rgb, { raw: { width: scene.w, height: scene.h, channels: 3 } }).jpeg({ quality: 80 }).toBuffer();
  entries.push({ id: `2012_${String(n + 1).padStart(6, '0')}`, label, jpeg, scene });
}
for (const tree of ['VOCdevkit', 'imagenet']) rmSync(join(folder, tree), { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
writeVoc(join(folder, 'VOCdevkit'), entries, classes);
writeImagenet(join(folder, 'imagenet'), entries, classes);
writeFileSync(join(folder, 'classes.txt'), `${classes.join('\n')}\n`);
// Which drawing of which set was used for what: the credits refer to it.
const used = [...classes, ''].flatMap((label) => {
  const split = splitDrawings(label, SEED);
  const rows = (/** @type {'train' | 'val'} */ side) => split[side].sort().map((id) => `${label || 'clutter'},${id},${side}`);
  return [...rows('train'), ...rows('val')];
});
writeFileSync(join(folder, 'drawings.csv'), `class,drawing,side\n${used.join('\n')}\n`);
console.log(`${entries.length} scenes of ${classes.length} classes in ${folder}`);
