/**
 * `node train-scenes.mjs <folder> [count] [shard] [shards]`: raw training scenes, not committed.
 * Writes scenes-<shard>.bin (count × side × side × 3 bytes) and labels-<shard>.bin (a byte each).
 */
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { CLASSES } from './classes.mjs';
import { composeScene } from './compose.mjs';
import { Rng } from './rng.mjs';
import { SEED, TRAINING_SIDE } from './settings.mjs';
import { loadSprites } from './sprites.mjs';

const [folder, count = '40000', shard = '0', shards = '1'] = process.argv.slice(2);
if (!folder) throw new Error('usage: train-scenes.mjs <folder> [count] [shard] [shards]');
const mine = Math.floor(Number(count) / Number(shards));
const names = Object.keys(CLASSES);
const rng = new Rng(`${SEED}/train/${shard}`);
const sprites = await loadSprites('train', SEED);

mkdirSync(folder, { recursive: true });
const file = openSync(join(folder, `scenes-${shard}.bin`), 'w');
const labels = new Uint8Array(mine);
const start = Date.now();
for (let n = 0; n < mine; n++) {
  const k = rng.int(0, names.length - 1);
  labels[n] = k;
  // The networks see pictures of every aspect warped to a square, so the training squares are squeezed likewise.
  const squeeze = Math.exp(rng.range(-0.22, 0.22));
  const size = { w: TRAINING_SIDE, h: TRAINING_SIDE };
  const scene = composeScene(rng, sprites, /** @type {string} */ (names[k]), { ...size, side: 'train', squeeze, composition: 'photograph' });
  writeSync(file, scene.rgb);
  if (n % 5000 === 0) console.log(`${n} of ${mine}, ${((Date.now() - start) / (n + 1)).toFixed(2)} ms each`);
}
closeSync(file);
writeFileSync(join(folder, `labels-${shard}.bin`), labels);
