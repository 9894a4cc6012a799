/** Reads the icon sets, rasterises each drawing once and splits the drawings into training and validation. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import sharp from 'sharp';
import { CLASSES, CLUTTER, COLOUR_SETS, plainName } from './classes.mjs';
import { EXCLUDED } from './excluded.mjs';
import { Rng } from './rng.mjs';

const require = createRequire(import.meta.url);
const RASTER = 256;
const HELD_OUT = 0.22;
const SILHOUETTE_COLOURS = ['#b5432e', '#2f6f9f', '#3d7d4a', '#7a4f9a', '#a8742a', '#3b3f4a', '#8d2f55', '#2d7f83'];

/** @typedef {{ w: number, h: number, data: Float32Array }} Level premultiplied RGBA, 0..255 */
/** @typedef {{ id: string, label: string, levels: Level[] }} Sprite */
/** @typedef {{ width?: number, height?: number, icons: Record<string, any> }} IconSet */

/** @type {Map<string, IconSet>} */
const sets = new Map();

/** @param {string} name @returns {IconSet} */
function iconSet(name) {
  let set = sets.get(name);
  if (!set) {
    set = JSON.parse(readFileSync(require.resolve(`@iconify-json/${name}/icons.json`), 'utf8'));
    sets.set(name, /** @type {IconSet} */ (set));
  }
  return /** @type {IconSet} */ (set);
}

/** Every drawing of a class, as `set:icon`. @param {string} label @returns {string[]} */
export function drawingsOf(label) {
  const art = CLASSES[label];
  const names = new Set((art ? art.names : CLUTTER).split(' '));
  const found = COLOUR_SETS.flatMap((set) =>
    Object.keys(iconSet(set).icons)
      .filter((icon) => names.has(plainName(icon)))
      .map((icon) => `${set}:${icon}`),
  );
  const all = [...found, ...(art?.silhouettes?.split(' ') ?? [])];
  return all.filter((id) => !EXCLUDED.has(id)).sort();
}

/**
 * The drawings that only the validation scenes show: about a fifth of each class and never fewer than two.
 * They are spread over the subjects (taxi, racing car, ...), so that none is left out of the training.
 * @param {string} label @param {string} seed
 */
export function splitDrawings(label, seed) {
  const rng = new Rng(`${seed}/split/${label}`);
  const subject = (/** @type {string} */ id) => plainName(id.split(':')[1] ?? '');
  const all = rng.shuffle(drawingsOf(label)).sort((a, b) => (subject(a) < subject(b) ? -1 : subject(a) > subject(b) ? 1 : 0));
  const every = Math.max(HELD_OUT, 2 / all.length), start = rng.next();
  /** @type {{ train: string[], val: string[] }} */
  const split = { train: [], val: [] };
  for (const [i, id] of all.entries()) {
    const held = Math.floor(start + (i + 1) * every) > Math.floor(start + i * every);
    (held ? split.val : split.train).push(id);
  }
  return split;
}

/** @param {string} id */
export function svgOf(id) {
  const [setName = '', iconName = ''] = id.split(':');
  const set = iconSet(setName);
  const icon = set.icons[iconName];
  if (!icon) throw new Error(`no icon ${id}`);
  const width = icon.width ?? set.width ?? 16;
  const height = icon.height ?? set.height ?? 16;
  const box = `${icon.left ?? 0} ${icon.top ?? 0} ${width} ${height}`;
  const colour = SILHOUETTE_COLOURS[new Rng(id).int(0, SILHOUETTE_COLOURS.length - 1)];
  const body = icon.body.replaceAll('currentColor', colour);
  return `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${RASTER}" height="${RASTER}" viewBox="${box}">${body}</svg>`;
}

/** @param {string} id @param {string} label @returns {Promise<Sprite>} */
async function rasterise(id, label) {
  const { data, info } = await sharp(Buffer.from(svgOf(id))).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return { id, label, levels: mipLevels(trimmed(data, info.width, info.height)) };
}

/** Cuts the transparent margin off, premultiplies. @param {Buffer} rgba @param {number} w @param {number} h @returns {Level} */
function trimmed(rgba, w, h) {
  let x0 = w, y0 = h, x1 = -1, y1 = -1;
  for (let y = 0; y < h; y++)
    for (let x = 0; x < w; x++)
      if (/** @type {number} */ (rgba[(y * w + x) * 4 + 3]) > 24) {
        x0 = Math.min(x0, x); x1 = Math.max(x1, x);
        y0 = Math.min(y0, y); y1 = Math.max(y1, y);
      }
  if (x1 < 0) throw new Error('an empty drawing');
  const tw = x1 - x0 + 1, th = y1 - y0 + 1;
  const data = new Float32Array(tw * th * 4);
  for (let y = 0; y < th; y++)
    for (let x = 0; x < tw; x++) {
      const s = ((y + y0) * w + x + x0) * 4, d = (y * tw + x) * 4;
      const a = /** @type {number} */ (rgba[s + 3]);
      for (let c = 0; c < 3; c++) data[d + c] = (/** @type {number} */ (rgba[s + c]) * a) / 255;
      data[d + 3] = a;
    }
  return { w: tw, h: th, data };
}

/** Halvings of the drawing, so that a small copy is not sampled with holes. @param {Level} full @returns {Level[]} */
function mipLevels(full) {
  const levels = [full];
  for (let last = full; last.w > 16 && last.h > 16; ) {
    const w = last.w >> 1, h = last.h >> 1;
    const data = new Float32Array(w * h * 4);
    for (let y = 0; y < h; y++)
      for (let x = 0; x < w; x++)
        for (let c = 0; c < 4; c++) {
          const s = (2 * y * last.w + 2 * x) * 4 + c;
          const r = last.w * 4;
          const sum = /** @type {number} */ (last.data[s]) + /** @type {number} */ (last.data[s + 4]) + /** @type {number} */ (last.data[s + r]) + /** @type {number} */ (last.data[s + r + 4]);
          data[(y * w + x) * 4 + c] = sum / 4;
        }
    last = { w, h, data };
    levels.push(last);
  }
  return levels;
}

/**
 * All sprites of one side of the split, by class, with the clutter under the key ''.
 * @param {'train' | 'val'} side @param {string} seed @returns {Promise<Map<string, Sprite[]>>}
 */
export async function loadSprites(side, seed) {
  /** @type {Map<string, Sprite[]>} */
  const out = new Map();
  for (const label of [...Object.keys(CLASSES), '']) {
    const ids = splitDrawings(label, seed)[side];
    out.set(label, await Promise.all(ids.map((id) => rasterise(id, label))));
  }
  return out;
}
