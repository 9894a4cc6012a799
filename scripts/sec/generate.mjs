/**
 * `node generate.mjs <folder> [count]`: scenes to train segmenters on, as a VOC tree; not committed. They are made of the
 * drawings that the quickstart's networks were trained on, so the committed scenes stay unseen.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { CLASSES } from '../quickstart/classes.mjs';
import { composeScene } from '../quickstart/compose.mjs';
import { Rng } from '../quickstart/rng.mjs';
import { SEED } from '../quickstart/settings.mjs';
import { loadSprites } from '../quickstart/sprites.mjs';
import { writeVoc } from '../quickstart/voc.mjs';

const sharp = createRequire(new URL('../quickstart/generate.mjs', import.meta.url))('sharp');
const [folder, count = '1000', longest = '256'] = process.argv.slice(2);
if (!folder) throw new Error('usage: generate.mjs <folder> [count] [longest side]');

const ASPECTS = [4 / 3, 4 / 3, 4 / 3, 3 / 2, 3 / 4, 2 / 3, 1];
const classes = Object.keys(CLASSES);
const sprites = await loadSprites('train', SEED);
const rng = new Rng(`${SEED}/sec`);
const labels = rng.shuffle(Array.from({ length: Number(count) }, (_, n) => classes[n % classes.length]));
const entries = [];
for (const [n, label] of labels.entries()) {
  const aspect = rng.pick(ASPECTS);
  const long = rng.int(Math.round(0.7 * Number(longest)), Number(longest));
  const size =
    aspect >= 1 ? { w: long, h: Math.round(long / aspect) } : { w: Math.round(long * aspect), h: long };
  const scene = composeScene(rng, sprites, label, { ...size, side: 'train', composition: 'photograph' });
  const raw = { width: scene.w, height: scene.h, channels: 3 };
  const jpeg = await sharp(scene.rgb, { raw }).jpeg({ quality: 85 }).toBuffer();
  entries.push({ id: `2012_${String(n + 1).padStart(6, '0')}`, label, jpeg, scene });
}
mkdirSync(folder, { recursive: true });
writeVoc(join(folder, 'VOCdevkit'), entries, classes);
writeFileSync(join(folder, 'classes.txt'), `${classes.join('\n')}\n`);
console.log(`${entries.length} scenes of ${classes.length} classes in ${folder}`);
