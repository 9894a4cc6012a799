/** `node generate.mjs [folder]`: writes the unbiased test scenes, by default into the repository's datasets/bias. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { Rng } from '../quickstart/rng.mjs';
import { SEED as DRAWINGS } from '../quickstart/settings.mjs';
import { loadSprites } from '../quickstart/sprites.mjs';
import { writeVoc } from '../quickstart/voc.mjs';
import { biasScene } from './scenes.mjs';
import { ATTRIBUTES, CLASSES, SEED, TEST_SCENES } from './world.mjs';

const folder = process.argv[2] ?? fileURLToPath(new URL('../../datasets/bias', import.meta.url));
const sprites = await loadSprites('val', DRAWINGS);
const rng = new Rng(`${SEED}/test`);
const kinds = CLASSES.flatMap((label) => ATTRIBUTES.map((attribute) => ({ label, attribute })));
const all = Array.from(
  { length: TEST_SCENES * CLASSES.length },
  (_, n) => /** @type {{ label: string, attribute: string }} */ (kinds[n % kinds.length]),
);

/** @type {import('../quickstart/voc.mjs').Entry[]} */
const entries = [];
for (const [n, { label, attribute }] of rng.shuffle(all).entries()) {
  const long = rng.int(150, 200),
    short = Math.round(long / rng.range(1, 1.4));
  const size = rng.chance(0.5) ? { w: long, h: short } : { w: short, h: long };
  const scene = biasScene(rng, sprites, label, attribute, { ...size, side: 'val' });
  const jpeg = await sharp(scene.rgb, { raw: { width: scene.w, height: scene.h, channels: 3 } })
    .jpeg({ quality: 85 })
    .toBuffer();
  entries.push({ id: `2012_${String(n + 1).padStart(6, '0')}`, label, jpeg, scene });
}
rmSync(join(folder, 'VOCdevkit'), { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
writeVoc(join(folder, 'VOCdevkit'), entries, [...CLASSES, ...ATTRIBUTES]);
writeFileSync(join(folder, 'classes.txt'), `${[...CLASSES, ...ATTRIBUTES].join('\n')}\n`);
console.log(`${entries.length} scenes in ${folder}`);
