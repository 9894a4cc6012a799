/** Puts a drawing where its solid pixels fill a given box: turned, mirrored, stretched, and cut by the frame it touches. */
/** @typedef {import('./rng.mjs').Rng} Rng */
/** @typedef {import('./sprites.mjs').Sprite} Sprite */
/** @typedef {import('./compose.mjs').Placement} Placement */
/** @typedef {import('./imagenet-statistics.mjs').UnitBox} UnitBox */

/** @type {WeakMap<Sprite, Float64Array>} */
const outlines = new WeakMap();

/** Solid pixels at the ends of each row, about the middle, in units of the full drawing: x, y, x, y, … @param {Sprite} sprite */
function outline(sprite) {
  const known = outlines.get(sprite);
  if (known) return known;
  const full = /** @type {import('./sprites.mjs').Level} */ (sprite.levels[0]);
  const { w, h, data } = sprite.levels.find((level) => Math.max(level.w, level.h) <= 128) ?? full;
  const kx = full.w / w, ky = full.h / h;
  const points = [];
  for (let y = 0; y < h; y++) {
    let first = -1, last = -1;
    for (let x = 0; x < w; x++)
      if (/** @type {number} */ (data[(y * w + x) * 4 + 3]) > 127) {
        if (first < 0) first = x;
        last = x;
      }
    if (first >= 0)
      for (const x of [first, last + 1]) for (const edge of [y, y + 1]) points.push((x - w / 2) * kx, (edge - h / 2) * ky);
  }
  const made = Float64Array.from(points);
  outlines.set(sprite, made);
  return made;
}

/** Where the outline lies under an affine map. @param {Float64Array} points @param {number} a @param {number} b @param {number} c @param {number} d */
function extent(points, a, b, c, d) {
  let x0 = Infinity, x1 = -Infinity, y0 = Infinity, y1 = -Infinity;
  for (let i = 0; i < points.length; i += 2) {
    const u = /** @type {number} */ (points[i]), v = /** @type {number} */ (points[i + 1]);
    const x = a * u + b * v, y = c * u + d * v;
    if (x < x0) x0 = x;
    if (x > x1) x1 = x;
    if (y < y0) y0 = y;
    if (y > y1) y1 = y;
  }
  return { x0, x1, y0, y1 };
}

/** A side that touches the frame may go on behind it. */
const TOUCHES = 0.015;

/**
 * @param {Rng} rng @param {Sprite} sprite @param {{ w: number, h: number, squeeze: number }} canvas @param {UnitBox} box
 * @param {{ beyond: number, colour: number[] }} options beyond: the most that may lie behind a side of the frame, as a part of the box
 * @returns {Placement & { stretch: number }} stretch: the logarithm of how much wider than drawn it became
 */
export function placeInBox(rng, sprite, canvas, box, { beyond, colour }) {
  const over = (/** @type {boolean} */ touches, /** @type {number} */ size) => (touches && rng.chance(0.6) ? size * rng.range(0, beyond) : 0);
  const bw = box.x1 - box.x0, bh = box.y1 - box.y0;
  const x0 = (box.x0 - over(box.x0 < TOUCHES, bw)) * canvas.w, x1 = (box.x1 + over(box.x1 > 1 - TOUCHES, bw)) * canvas.w;
  const y0 = (box.y0 - over(box.y0 < TOUCHES, bh)) * canvas.h, y1 = (box.y1 + over(box.y1 > 1 - TOUCHES, bh)) * canvas.h;
  const full = /** @type {import('./sprites.mjs').Level} */ (sprite.levels[0]);
  const turn = rng.chance(0.8) ? rng.range(-0.15, 0.15) : rng.range(-0.5, 0.5);
  const cos = Math.cos(turn), sin = Math.sin(turn), mirror = rng.chance(0.5) ? -1 : 1;
  const points = outline(sprite);
  let sx = (x1 - x0) / full.w, sy = (y1 - y0) / full.h;
  /** Turned first and scaled then, so that each scale moves the extent of its own axis alone. */
  const map = () => /** @type {const} */ ([mirror * sx * cos, -sx * sin, mirror * sy * sin, sy * cos]);
  const first = extent(points, ...map());
  sx *= (x1 - x0) / (first.x1 - first.x0);
  sy *= (y1 - y0) / (first.y1 - first.y0);
  const [a, b, c, d] = map();
  const found = extent(points, a, b, c, d);
  return {
    sprite, a, b, c, d, colour,
    cx: x0 - found.x0, cy: y0 - found.y0,
    halfW: (Math.abs(a) * full.w + Math.abs(b) * full.h) / 2,
    halfH: (Math.abs(c) * full.w + Math.abs(d) * full.h) / 2,
    stretch: Math.log(sx / sy) - 2 * Math.log(canvas.squeeze),
  };
}
