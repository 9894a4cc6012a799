/**
 * `node train-scenes.mjs <folder> [count] [attributes]`: raw training scenes, not committed. Writes <class>-<attribute>.bin for
 * the four combinations, `count` scenes each (count × side × side × 3 bytes), and scenes.csv with what each shows.
 */
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { SEED as DRAWINGS } from '../quickstart/settings.mjs';
import { loadSprites } from '../quickstart/sprites.mjs';
import { biasScene, shares, squareOf } from './scenes.mjs';
import { ATTRIBUTES, CLASSES, SIDE } from './world.mjs';

const [folder, count = '600', attributes = ATTRIBUTES.join(',')] = process.argv.slice(2);
if (!folder) throw new Error('usage: train-scenes.mjs <folder> [count] [attributes]');
const sprites = await loadSprites('train', DRAWINGS);
mkdirSync(folder, { recursive: true });
const rows = ['class,attribute,n,object_drawing,attribute_drawing,object_share,attribute_share'];
for (const label of CLASSES)
  for (const attribute of attributes.split(',')) {
    const file = openSync(join(folder, `${label}-${attribute}.bin`), 'w');
    for (let n = 0; n < Number(count); n++) {
      const scene = biasScene(sprites, 'train', label, attribute, n, squareOf(SIDE));
      const { object, attribute: beside } = shares(scene);
      writeSync(file, scene.rgb);
      rows.push([label, attribute, n, ...scene.drawings, object.toFixed(4), beside.toFixed(4)].join(','));
    }
    closeSync(file);
    console.log(`${label} with ${attribute}: ${count}`);
  }
writeFileSync(join(folder, 'scenes.csv'), `${rows.join('\n')}\n`);
