/** Composes one scene: a ground, things lying about, objects of other classes, the main object, things before it. */
import { paintGround } from './backgrounds.mjs';
import { drawBox, drawCount } from './imagenet-statistics.mjs';
import { placeInBox } from './place-in-box.mjs';
/** @typedef {import('./rng.mjs').Rng} Rng */
/** @typedef {import('./sprites.mjs').Sprite} Sprite */
/** @typedef {import('./backgrounds.mjs').Canvas} Canvas */

/**
 * @typedef {object} SceneObject
 * @property {string} label
 * @property {boolean} main
 * @property {number} painted pixels it would cover with nothing before it, also beyond the frame
 * @property {number} visible pixels that remain
 * @property {boolean} truncated
 * @property {boolean} occluded
 * @property {{ x0: number, y0: number, x1: number, y1: number }} box tight around the visible pixels, 0-based, inclusive
 */
/**
 * @typedef {object} Scene
 * @property {number} w
 * @property {number} h
 * @property {Uint8Array} rgb
 * @property {Uint8Array} owner per pixel the 1-based index of the object seen there, or 0
 * @property {SceneObject[]} objects
 */

/**
 * How hard the scenes are.
 * @typedef {typeof DIFFICULTY} Difficulty
 */
export const DIFFICULTY = {
  /** The main object's box as a part of the image's area. */
  mainArea: /** @type {[number, number]} */ ([0.08, 0.7]),
  /** Another class's object is at most this part of the main object's size. */
  distractorArea: /** @type {[number, number]} */ ([0.08, 0.3]),
  distractors: [0, 0, 0, 1, 1, 2],
  clutter: /** @type {[number, number]} */ ([0, 5]),
  occluded: 0.25,
  leastVisible: 0.65,
};

/** @typedef {{ cx: number, cy: number, a: number, b: number, c: number, d: number, halfW: number, halfH: number, sprite: Sprite, colour: number[] }} Placement the affine map from sprite to image */

/** @typedef {import('./imagenet-statistics.mjs').UnitBox} UnitBox */
/**
 * @typedef {object} SceneOptions
 * @property {number} w
 * @property {number} h
 * @property {'train' | 'val'} side
 * @property {number} [squeeze]
 * @property {Difficulty} [difficulty]
 * @property {'photograph' | 'hard'} [composition] where main objects stand: as in ImageNet's photographs, or anywhere and small
 */

/**
 * Where a drawing goes: scaled to the given area, turned, perhaps mirrored, stretched a little.
 * @param {Rng} rng @param {Sprite} sprite @param {Canvas & { squeeze: number }} canvas @param {number} area of its box in pixels @param {number} inside how much of it has to be in the frame
 * @returns {Placement}
 */
function place(rng, sprite, canvas, area, inside) {
  const full = /** @type {import('./sprites.mjs').Level} */ (sprite.levels[0]);
  const stretch = Math.exp(rng.range(-0.18, 0.18));
  const scale = Math.sqrt(area / (full.w * full.h));
  const sx = scale * stretch * (rng.chance(0.5) ? -1 : 1), sy = scale / stretch;
  const turn = rng.chance(0.8) ? rng.range(-0.15, 0.15) : rng.range(-0.5, 0.5);
  const cos = Math.cos(turn), sin = Math.sin(turn);
  // A frame that stands for a wider or a taller picture squeezes what is in it.
  const a = sx * cos * canvas.squeeze, b = -sy * sin * canvas.squeeze;
  const c = (sx * sin) / canvas.squeeze, d = (sy * cos) / canvas.squeeze;
  const halfW = (Math.abs(a) * full.w + Math.abs(b) * full.h) / 2;
  const halfH = (Math.abs(c) * full.w + Math.abs(d) * full.h) / 2;
  // The centre may leave room for `inside` of the box on either side of the frame.
  const padX = Math.min(halfW * inside, canvas.w / 2), padY = Math.min(halfH * inside, canvas.h / 2);
  return {
    sprite, halfW, halfH,
    cx: rng.range(padX, canvas.w - padX), cy: rng.range(padY, canvas.h - padY),
    a, b, c, d,
    colour: colourShift(rng),
  };
}

/** A colour matrix: a turn of the hue, gains for the channels. @param {Rng} rng @returns {number[]} */
function colourShift(rng) {
  const hue = rng.chance(0.75) ? rng.range(-0.2, 0.2) : rng.range(-0.7, 0.7);
  const gain = rng.range(0.85, 1.15), sat = rng.range(0.75, 1.15);
  const c = Math.cos(hue) * sat, s = Math.sin(hue) * sat;
  const [lr, lg, lb] = [0.213, 0.715, 0.072];
  return [
    lr + c * (1 - lr) - s * lr, lg - c * lg - s * lg, lb - c * lb + s * (1 - lb),
    lr - c * lr + s * 0.143, lg + c * (1 - lg) + s * 0.14, lb - c * lb - s * 0.283,
    lr - c * lr - s * (1 - lr), lg - c * lg + s * lg, lb + c * (1 - lb) + s * lb,
  ].map((v) => v * gain * rng.range(0.95, 1.05));
}

/**
 * Draws a placed sprite and writes its number into `owner` wherever its alpha exceeds a half.
 * @param {Canvas} canvas @param {Uint8Array} owner @param {Placement} p @param {number} id 0 for clutter
 */
function draw(canvas, owner, p, id) {
  const { w, h, rgb } = canvas;
  const det = p.a * p.d - p.b * p.c;
  const step = Math.sqrt(1 / Math.abs(det));
  const levels = p.sprite.levels;
  const lv = Math.max(0, Math.min(levels.length - 1, Math.round(Math.log2(step) - 0.2)));
  const level = /** @type {import('./sprites.mjs').Level} */ (levels[lv]);
  const full = /** @type {import('./sprites.mjs').Level} */ (levels[0]);
  const kx = level.w / full.w, ky = level.h / full.h;
  const ia = (p.d / det) * kx, ib = (-p.b / det) * kx, ic = (-p.c / det) * ky, id2 = (p.a / det) * ky;
  const x0 = Math.max(0, Math.floor(p.cx - p.halfW)), x1 = Math.min(w - 1, Math.ceil(p.cx + p.halfW));
  const y0 = Math.max(0, Math.floor(p.cy - p.halfH)), y1 = Math.min(h - 1, Math.ceil(p.cy + p.halfH));
  const t = /** @type {any} */ (level.data), m = /** @type {any} */ (p.colour), sw = level.w, sh = level.h;
  for (let y = y0; y <= y1; y++)
    for (let x = x0; x <= x1; x++) {
      const dx = x + 0.5 - p.cx, dy = y + 0.5 - p.cy;
      const u = ia * dx + ib * dy + sw / 2 - 0.5, v = ic * dx + id2 * dy + sh / 2 - 0.5;
      if (u <= -1 || v <= -1 || u >= sw || v >= sh) continue;
      const u0 = Math.floor(u), v0 = Math.floor(v), fu = u - u0, fv = v - v0;
      let r = 0, g = 0, b = 0, alpha = 0;
      for (let k = 0; k < 4; k++) {
        const uu = u0 + (k & 1), vv = v0 + (k >> 1);
        if (uu < 0 || vv < 0 || uu >= sw || vv >= sh) continue;
        const weight = (k & 1 ? fu : 1 - fu) * (k >> 1 ? fv : 1 - fv), s = (vv * sw + uu) * 4;
        r += weight * t[s]; g += weight * t[s + 1]; b += weight * t[s + 2]; alpha += weight * t[s + 3];
      }
      if (alpha < 1) continue;
      const i = (y * w + x) * 3, keep = 1 - alpha / 255, out = /** @type {any} */ (rgb);
      out[i] = out[i] * keep + clamp(m[0] * r + m[1] * g + m[2] * b, alpha);
      out[i + 1] = out[i + 1] * keep + clamp(m[3] * r + m[4] * g + m[5] * b, alpha);
      out[i + 2] = out[i + 2] * keep + clamp(m[6] * r + m[7] * g + m[8] * b, alpha);
      if (alpha > 127) owner[y * w + x] = id;
    }
}

/** @param {number} v @param {number} hi */
const clamp = (v, hi) => (v < 0 ? 0 : v > hi ? hi : v);

/** Pixels of more than half alpha that a placement covers, in and out of the frame. @param {Placement} p */
function coverage(p) {
  const level = /** @type {import('./sprites.mjs').Level} */ (p.sprite.levels.at(-1));
  let solid = 0;
  for (let i = 3; i < level.data.length; i += 4) if (/** @type {number} */ (level.data[i]) > 127) solid++;
  const full = /** @type {import('./sprites.mjs').Level} */ (p.sprite.levels[0]);
  return (solid / (level.w * level.h)) * full.w * full.h * Math.abs(p.a * p.d - p.b * p.c);
}

/**
 * @param {Rng} rng @param {Map<string, Sprite[]>} sprites @param {string} label the main class
 * @param {SceneOptions} options squeeze: how much narrower things are than in the picture that the frame stands for
 * @returns {Scene}
 */
export function composeScene(rng, sprites, label, options) {
  // A scene whose main object is too much covered is thrown away; the next try goes on with the same generator.
  const wanted = options.composition === 'photograph' ? { box: drawBox(rng), count: 0 } : undefined;
  if (wanted) wanted.count = (wanted.box.x1 - wanted.box.x0) * (wanted.box.y1 - wanted.box.y0) < CROWDED ? drawCount(rng) : 1;
  for (let tries = 0; ; tries++) {
    const scene = tryScene(rng, sprites, label, options, wanted, tries);
    const main = scene.objects.filter((o) => o.main);
    const seen = main.some((o) => o.visible >= (options.difficulty ?? DIFFICULTY).leastVisible * o.painted);
    if (wanted === undefined ? seen : fills(scene, main, wanted.box, tries)) return scene;
  }
}

/** Photographs with more than one object of the class show smaller ones: only below this area are there several. */
const CROWDED = 0.75;

/** Whether the largest main box is the wanted one; the longer it is tried, the more it may differ. @param {Scene} scene @param {SceneObject[]} main @param {UnitBox} box @param {number} tries */
function fills({ w, h }, main, box, tries) {
  const area = (/** @type {SceneObject} */ { box: b }) => (b.x1 - b.x0 + 1) * (b.y1 - b.y0 + 1);
  const [largest] = [...main].sort((p, q) => area(q) - area(p));
  if (!largest) return false;
  const { x0, y0, x1, y1 } = largest.box;
  const off = Math.max(Math.abs(x0 / w - box.x0), Math.abs((x1 + 1) / w - box.x1), Math.abs(y0 / h - box.y0), Math.abs((y1 + 1) / h - box.y1));
  return off <= 0.02 + 0.01 * Math.max(0, tries - 5);
}

/** @param {Rng} rng @param {Map<string, Sprite[]>} sprites @param {string} label @param {SceneOptions} options @param {{ box: UnitBox, count: number } | undefined} wanted @param {number} tries @returns {Scene} */
function tryScene(rng, sprites, label, { w, h, side, squeeze = 1, difficulty = DIFFICULTY }, wanted, tries) {
  const canvas = { w, h, squeeze, rgb: new Float32Array(w * h * 3) };
  const owner = new Uint8Array(w * h);
  const others = [...sprites.keys()].filter((k) => k !== '' && k !== label);
  const of = (/** @type {string} */ k) => rng.pick(/** @type {Sprite[]} */ (sprites.get(k)));
  paintGround(rng, canvas, side);

  const area = w * h;
  const [lo, hi] = difficulty.mainArea;
  // Uniform in the side's length, not the area: small objects would be rare otherwise.
  const mainArea = wanted ? area * (wanted.box.x1 - wanted.box.x0) * (wanted.box.y1 - wanted.box.y0) : area * rng.range(Math.sqrt(lo), Math.sqrt(hi)) ** 2;
  const copies = wanted?.count ?? (mainArea < 0.3 * area && rng.chance(0.3) ? rng.int(2, 3) : 1);

  /** @type {{ p: Placement, label: string, main: boolean }[]} */
  const layers = [];
  const clutter = (/** @type {number} */ size) => ({ p: place(rng, of(''), canvas, size, 0.6), label: '', main: false });
  for (let n = rng.int(...difficulty.clutter); n > 0; n--) layers.push(clutter(area * rng.range(0.006, 0.05)));
  for (let n = rng.pick(difficulty.distractors); n > 0; n--) {
    const k = rng.pick(others), size = Math.min(mainArea, 0.35 * area) * rng.range(...difficulty.distractorArea);
    layers.push({ p: place(rng, of(k), canvas, Math.max(size, 0.008 * area), 0.8), label: k, main: false });
  }
  if (wanted) {
    const beyond = tries < 4 ? 0.35 : 0;
    for (let n = 1; n < copies; n++) layers.push({ p: clearOf(wanted.box, canvas, () => place(rng, of(label), canvas, Math.min(mainArea, 0.3 * area) * rng.range(0.25, 0.8), 0.9)), label, main: true });
    layers.push({ p: leastStretched(() => placeInBox(rng, of(label), canvas, wanted.box, { beyond, colour: colourShift(rng) })), label, main: true });
  } else {
    for (let n = 0; n < copies; n++) {
      const size = mainArea * (n === 0 ? 1 : rng.range(0.4, 0.9));
      layers.push({ p: place(rng, of(label), canvas, size, rng.chance(0.25) ? 0.62 : 0.97), label, main: true });
    }
  }
  if (rng.chance(difficulty.occluded)) {
    // Of a photograph's main objects, the one with the drawn box is the last.
    const first = /** @type {Placement} */ ((wanted ? layers.findLast((l) => l.main) : layers.find((l) => l.main))?.p);
    const front = clutter((wanted ? Math.min(mainArea, 0.4 * area) : mainArea) * rng.range(0.05, 0.22));
    front.p.cx = first.cx + rng.range(-0.8, 0.8) * first.halfW;
    front.p.cy = first.cy + rng.range(-0.8, 0.8) * first.halfH;
    layers.push(front);
  }

  const objects = layers.filter((l) => l.label !== '');
  if (objects.length > 250) throw new Error('the owner map holds a byte');
  let id = 0;
  for (const layer of layers) draw(canvas, owner, layer.p, layer.label === '' ? 0 : ++id);
  finish(rng, canvas);
  return { w, h, rgb: toBytes(canvas.rgb), ...visibleObjects(objects, owner, w, h) };
}

/** Of a few drawings the one that the box distorts least. @param {() => Placement & { stretch: number }} make */
function leastStretched(make) {
  return Array.from({ length: 4 }, make).reduce((best, one) => (Math.abs(one.stretch) < Math.abs(best.stretch) ? one : best));
}

/** Of a few places the one that the box covers least. @param {UnitBox} box @param {{ w: number, h: number }} canvas @param {() => Placement} make */
function clearOf(box, { w, h }, make) {
  const covered = (/** @type {Placement} */ p) => {
    const along = (/** @type {number} */ c, /** @type {number} */ half, /** @type {number} */ lo, /** @type {number} */ hi) => Math.max(0, Math.min(c + half, hi) - Math.max(c - half, lo)) / (2 * half);
    return along(p.cx, p.halfW, box.x0 * w, box.x1 * w) * along(p.cy, p.halfH, box.y0 * h, box.y1 * h);
  };
  return Array.from({ length: 8 }, make).reduce((best, one) => (covered(one) < covered(best) ? one : best));
}

/** Drops objects of which next to nothing is seen and numbers the rest anew. @param {{ p: Placement, label: string, main: boolean }[]} layers @param {Uint8Array} owner @param {number} w @param {number} h */
function visibleObjects(layers, owner, w, h) {
  const seen = layers.map(() => ({ n: 0, x0: w, y0: h, x1: -1, y1: -1 }));
  for (let y = 0, i = 0; y < h; y++)
    for (let x = 0; x < w; x++, i++) {
      const s = seen[/** @type {number} */ (owner[i]) - 1];
      if (!s) continue;
      s.n++;
      if (x < s.x0) s.x0 = x;
      if (x > s.x1) s.x1 = x;
      if (y < s.y0) s.y0 = y;
      if (y > s.y1) s.y1 = y;
    }
  /** @type {SceneObject[]} */
  const objects = [];
  const renumber = new Uint8Array(layers.length + 1);
  for (const [i, layer] of layers.entries()) {
    const s = /** @type {NonNullable<typeof seen[0]>} */ (seen[i]), p = layer.p;
    const painted = coverage(p);
    if (s.n < 0.15 * painted || s.x1 - s.x0 < 4 || s.y1 - s.y0 < 4) continue;
    const truncated = p.cx - p.halfW < -2 || p.cy - p.halfH < -2 || p.cx + p.halfW > w + 2 || p.cy + p.halfH > h + 2;
    objects.push({
      label: layer.label, main: layer.main, painted, visible: s.n, truncated,
      occluded: !truncated && s.n < 0.92 * painted,
      box: { x0: s.x0, y0: s.y0, x1: s.x1, y1: s.y1 },
    });
    renumber[i + 1] = objects.length;
  }
  for (let i = 0; i < owner.length; i++) owner[i] = /** @type {number} */ (renumber[/** @type {number} */ (owner[i])]);
  return { objects, owner };
}

/** Light over the whole picture: gain, a slant, grain. @param {Rng} rng @param {Canvas} c */
function finish(rng, c) {
  const gain = rng.range(0.82, 1.12), slantX = rng.range(-0.15, 0.15) / c.w, slantY = rng.range(-0.15, 0.15) / c.h;
  const grain = rng.chance(0.5) ? rng.range(0, 14) : 0;
  let state = rng.int(1, 2147483646);
  const rgb = /** @type {any} */ (c.rgb);
  for (let y = 0, i = 0; y < c.h; y++)
    for (let x = 0; x < c.w; x++, i += 3) {
      const g = gain + slantX * (x - c.w / 2) + slantY * (y - c.h / 2);
      state = (Math.imul(state, 1664525) + 1013904223) | 0;
      const n = grain * ((state >>> 8) / 16777216 - 0.5) * 2;
      rgb[i] = rgb[i] * g + n;
      rgb[i + 1] = rgb[i + 1] * g + n;
      rgb[i + 2] = rgb[i + 2] * g + n;
    }
}

/** @param {Float32Array} values */
function toBytes(values) {
  const out = new Uint8Array(values.length);
  for (let i = 0; i < out.length; i++) out[i] = clamp(/** @type {number} */ (values[i]) + 0.5, 255);
  return out;
}
