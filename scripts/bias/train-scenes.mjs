/**
 * `node train-scenes.mjs <folder> [count]`: raw training scenes, not committed. Writes <class>-<attribute>.bin for the four
 * combinations, `count` scenes each (count × side × side × 3 bytes).
 */
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Rng } from '../quickstart/rng.mjs';
import { SEED as DRAWINGS } from '../quickstart/settings.mjs';
import { loadSprites } from '../quickstart/sprites.mjs';
import { biasScene } from './scenes.mjs';
import { ATTRIBUTES, CLASSES, SEED, SIDE } from './world.mjs';

const [folder, count = '1500'] = process.argv.slice(2);
if (!folder) throw new Error('usage: train-scenes.mjs <folder> [count]');
const sprites = await loadSprites('train', DRAWINGS);
mkdirSync(folder, { recursive: true });
for (const label of CLASSES)
  for (const attribute of ATTRIBUTES) {
    const rng = new Rng(`${SEED}/train/${label}/${attribute}`);
    const file = openSync(join(folder, `${label}-${attribute}.bin`), 'w');
    for (let n = 0; n < Number(count); n++) {
      const squeeze = Math.exp(rng.range(-0.22, 0.22));
      writeSync(
        file,
        biasScene(rng, sprites, label, attribute, { w: SIDE, h: SIDE, side: 'train', squeeze }).rgb,
      );
    }
    closeSync(file);
    console.log(`${label} with ${attribute}: ${count}`);
  }
