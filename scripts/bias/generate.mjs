/**
 * `node generate.mjs [folder] [--measured]`: writes unbiased test scenes, by default those that the repository holds, into
 * its datasets/bias. `--measured` writes the larger set of docs/measurements/bias.md, which begins with the same scenes.
 * `--attributes car,train` takes other things beside the objects.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { Rng } from '../quickstart/rng.mjs';
import { SEED as DRAWINGS } from '../quickstart/settings.mjs';
import { loadSprites } from '../quickstart/sprites.mjs';
import { writeVoc } from '../quickstart/voc.mjs';
import { biasScene, pictureFrame, shares } from './scenes.mjs';
import { ATTRIBUTES, CLASSES, MEASURED, SEED, SHIPPED } from './world.mjs';

const {
  values: { measured, attributes: wanted },
  positionals: [named],
} = parseArgs({
  allowPositionals: true,
  options: { measured: { type: 'boolean' }, attributes: { type: 'string' } },
});
if ((measured || wanted) && !named)
  throw new Error('name a folder: the repository holds the usual, smaller set');
const attributes = wanted?.split(',') ?? ATTRIBUTES;
const folder = named ?? fileURLToPath(new URL('../../datasets/bias', import.meta.url));
const sprites = await loadSprites('val', DRAWINGS);
const kinds = CLASSES.flatMap((label) => attributes.map((attribute) => ({ label, attribute })));
const rng = new Rng(`${SEED}/order`);

/** @type {import('../quickstart/voc.mjs').Entry[]} */
const entries = [];
const rows = ['id,class,attribute,object_drawing,attribute_drawing,object_share,attribute_share'];
for (let n = 0; n < (measured ? MEASURED : SHIPPED); n++)
  for (const { label, attribute } of rng.shuffle(kinds)) {
    const scene = biasScene(sprites, 'val', label, attribute, n, pictureFrame);
    const jpeg = await sharp(scene.rgb, { raw: { width: scene.w, height: scene.h, channels: 3 } })
      .jpeg({ quality: 75 })
      .toBuffer();
    const id = `2012_${String(entries.length + 1).padStart(6, '0')}`;
    const { object, attribute: beside } = shares(scene);
    entries.push({ id, label, jpeg, scene });
    rows.push([id, label, attribute, ...scene.drawings, object.toFixed(4), beside.toFixed(4)].join(','));
  }
rmSync(join(folder, 'VOCdevkit'), { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
writeVoc(join(folder, 'VOCdevkit'), entries, [...CLASSES, ...attributes]);
writeFileSync(join(folder, 'classes.txt'), `${[...CLASSES, ...attributes].join('\n')}\n`);
writeFileSync(join(folder, 'scenes.csv'), `${rows.join('\n')}\n`);
console.log(`${entries.length} scenes in ${folder}`);
