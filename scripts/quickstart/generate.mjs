/**
 * `node generate.mjs [folder]`: writes the validation scenes, by default into the repository's datasets/quickstart.
 * `node generate.mjs --hard [folder]`: writes the hard set, by default into datasets/quickstart-hard. Its objects are smaller
 * and stand anywhere, and its pictures have fewer pixels.
 * `node generate.mjs --more 2000 folder`: so many other validation scenes of the first kind, where 500 are too few to decide.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { CLASSES } from './classes.mjs';
import { composeScene } from './compose.mjs';
import { imageId, writeImagenet } from './imagenet.mjs';
import { Rng } from './rng.mjs';
import { HARD_SCENES, SEED, VALIDATION_SCENES } from './settings.mjs';
import { loadSprites, splitDrawings } from './sprites.mjs';
import { writeVoc } from './voc.mjs';

/**
 * Aspect ratios as photographs have them; most lie across. ImageNet's commonest size is 500 × 375.
 * @type {Record<'photograph' | 'hard', { scenes?: number, long: (rng: Rng) => number, aspects: number[], quality: number }>}
 */
const SETS = {
  photograph: {
    long: (rng) => rng.pick([500, 500, 400, 333]),
    aspects: [4 / 3, 4 / 3, 4 / 3, 4 / 3, 3 / 2, 3 / 2, 3 / 4, 2 / 3, 1],
    quality: 80,
  },
  hard: { scenes: HARD_SCENES, long: (rng) => rng.int(180, 256), aspects: [4 / 3, 4 / 3, 4 / 3, 3 / 2, 3 / 4, 2 / 3, 1], quality: 85 },
};

const { values, positionals } = parseArgs({ options: { hard: { type: 'boolean', default: false }, more: { type: 'string' } }, allowPositionals: true });
const { hard, more } = values;
const count = more === undefined ? VALIDATION_SCENES : Number(more);
const composition = hard ? 'hard' : 'photograph';
const { scenes = count, long, aspects, quality } = SETS[composition];
const [given] = positionals;
if (more !== undefined && given === undefined) throw new Error('--more: name a folder; the repository keeps the shipped scenes');
const folder = given ?? fileURLToPath(new URL(`../../datasets/quickstart${hard ? '-hard' : ''}`, import.meta.url));
const classes = Object.keys(CLASSES);
const sprites = await loadSprites('val', SEED);
const rng = new Rng(`${SEED}/${more === undefined ? 'val' : 'more'}`);

function imageSize() {
  const side = long(rng), aspect = rng.pick(aspects);
  return aspect >= 1 ? { w: side, h: Math.round(side / aspect) } : { w: Math.round(side * aspect), h: side };
}

// As many scenes of each class as of any other, in an order that says nothing.
const labels = rng.shuffle(Array.from({ length: count }, (_, n) => /** @type {string} */ (classes[n % classes.length])));

/** @type {import('./voc.mjs').Entry[]} */
const entries = [];
for (const [n, label] of labels.slice(0, scenes).entries()) {
  const scene = composeScene(rng, sprites, label, { ...imageSize(), side: 'val', composition });
  const jpeg = await sharp(scene.rgb, { raw: { width: scene.w, height: scene.h, channels: 3 } }).jpeg({ quality }).toBuffer();
  entries.push({ id: imageId(n), label, jpeg, scene });
}
for (const tree of ['VOCdevkit', 'imagenet']) rmSync(join(folder, tree), { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
writeImagenet(join(folder, 'imagenet'), entries, classes);
// The drawings of the hard set are the same ones, and localization reads one tree alone.
if (!hard) writeWhole();
console.log(`${entries.length} scenes of ${classes.length} classes in ${folder}`);

/** The other layout, the classes, and which drawing of which set was used for what: the credits refer to it. */
function writeWhole() {
  writeVoc(join(folder, 'VOCdevkit'), entries, classes, { pictures: false });
  writeFileSync(join(folder, 'classes.txt'), `${classes.join('\n')}\n`);
  const used = [...classes, ''].flatMap((label) => {
    const split = splitDrawings(label, SEED);
    const rows = (/** @type {'train' | 'val'} */ side) => split[side].sort().map((id) => `${label || 'clutter'},${id},${side}`);
    return [...rows('train'), ...rows('val')];
  });
  writeFileSync(join(folder, 'drawings.csv'), `class,drawing,side\n${used.join('\n')}\n`);
}
