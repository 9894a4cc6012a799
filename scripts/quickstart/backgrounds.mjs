/**
 * Grounds for the scenes: functions that paint an RGB canvas. Some families occur only in training and some
 * only in validation; which one a scene gets has nothing to do with its class.
 */
/** @typedef {import('./rng.mjs').Rng} Rng */
/** @typedef {[number, number, number]} Colour */
/** @typedef {{ w: number, h: number, rgb: Float32Array }} Canvas */

/** @param {Rng} rng @param {[number, number]} sat @param {[number, number]} light @param {number} [hue] @returns {Colour} */
export function colour(rng, sat, light, hue = rng.range(0, 360)) {
  const s = rng.range(...sat), l = rng.range(...light);
  const a = s * Math.min(l, 1 - l);
  /** @param {number} n */
  const f = (n) => {
    const k = (n + hue / 30) % 12;
    return 255 * (l - a * Math.max(-1, Math.min(k - 3, 9 - k, 1)));
  };
  return [f(0), f(8), f(4)];
}

/** Any colour a wall or a meadow might have. @param {Rng} rng */
const anyColour = (rng) => colour(rng, [0.05, 0.75], [0.2, 0.9]);

/** Fills by a function of the pixel that says how far it is from colour a to colour b. @param {Canvas} c @param {Colour} a @param {Colour} b @param {(x: number, y: number) => number} mix */
function paint(c, a, b, mix) {
  const [dr, dg, db] = [b[0] - a[0], b[1] - a[1], b[2] - a[2]];
  for (let y = 0, i = 0; y < c.h; y++)
    for (let x = 0; x < c.w; x++, i += 3) {
      const t = mix(x, y);
      c.rgb[i] = a[0] + dr * t;
      c.rgb[i + 1] = a[1] + dg * t;
      c.rgb[i + 2] = a[2] + db * t;
    }
}

/** Smooth noise in 0..1 from a coarse lattice. @param {Rng} rng @param {Canvas} c @param {number} cell the lattice's spacing in pixels @returns {(x: number, y: number) => number} */
function noise(rng, c, cell) {
  const gw = Math.ceil(c.w / cell) + 2, gh = Math.ceil(c.h / cell) + 2;
  const grid = Float32Array.from({ length: gw * gh }, () => rng.next());
  return (x, y) => {
    const gx = x / cell, gy = y / cell;
    const x0 = Math.floor(gx), y0 = Math.floor(gy);
    let fx = gx - x0, fy = gy - y0;
    fx *= fx * (3 - 2 * fx);
    fy *= fy * (3 - 2 * fy);
    const i = y0 * gw + x0;
    const g = /** @type {any} */ (grid);
    const top = g[i] + (g[i + 1] - g[i]) * fx;
    const low = g[i + gw] + (g[i + gw + 1] - g[i + gw]) * fx;
    return top + (low - top) * fy;
  };
}

/** Soft discs. @param {Rng} rng @param {Canvas} c @param {number} count @param {[number, number]} radius as a part of the width @param {number} strength */
function discs(rng, c, count, radius, strength) {
  for (let n = 0; n < count; n++) {
    const r = rng.range(...radius) * c.w, cx = rng.range(0, c.w), cy = rng.range(0, c.h);
    const col = colour(rng, [0.2, 0.9], [0.3, 0.95]);
    const x0 = Math.max(0, Math.floor(cx - r)), x1 = Math.min(c.w - 1, Math.ceil(cx + r));
    const y0 = Math.max(0, Math.floor(cy - r)), y1 = Math.min(c.h - 1, Math.ceil(cy + r));
    for (let y = y0; y <= y1; y++)
      for (let x = x0; x <= x1; x++) {
        const d = Math.hypot(x - cx, y - cy) / r;
        if (d >= 1) continue;
        const t = strength * Math.min(1, (1 - d) * 4), i = (y * c.w + x) * 3;
        for (let k = 0; k < 3; k++) {
          const old = /** @type {number} */ (c.rgb[i + k]);
          c.rgb[i + k] = old + t * (/** @type {number} */ (col[k]) - old);
        }
      }
  }
}

/** @type {Record<string, (rng: Rng, c: Canvas) => void>} */
const FAMILIES = {
  plain(rng, c) {
    paint(c, anyColour(rng), anyColour(rng), () => 0);
  },
  gradient(rng, c) {
    const angle = rng.range(0, 2 * Math.PI), dx = Math.cos(angle) / c.w, dy = Math.sin(angle) / c.h;
    paint(c, anyColour(rng), anyColour(rng), (x, y) => Math.max(0, Math.min(1, 0.5 + (x - c.w / 2) * dx + (y - c.h / 2) * dy)));
  },
  /** Sky over a ground with a grain. */
  horizon(rng, c) {
    const edge = rng.range(0.35, 0.75) * c.h;
    const sky = colour(rng, [0.2, 0.7], [0.6, 0.9], rng.range(170, 240)), haze = colour(rng, [0.1, 0.6], [0.75, 0.95]);
    const ground = colour(rng, [0.1, 0.6], [0.25, 0.65]), far = colour(rng, [0.1, 0.5], [0.3, 0.75]);
    const grain = noise(rng, c, rng.range(2, 6));
    paint(c, sky, haze, (_, y) => Math.min(1, y / edge));
    for (let y = Math.floor(edge); y < c.h; y++)
      for (let x = 0, t = (y - edge) / (c.h - edge); x < c.w; x++) {
        const i = (y * c.w + x) * 3, g = (grain(x, y) - 0.5) * 40 * t;
        for (let k = 0; k < 3; k++) {
          const f = /** @type {number} */ (far[k]), n = /** @type {number} */ (ground[k]);
          c.rgb[i + k] = f + (n - f) * t + g;
        }
      }
  },
  /** Rolling hills. */
  hills(rng, c) {
    paint(c, colour(rng, [0.2, 0.8], [0.55, 0.9]), colour(rng, [0.1, 0.6], [0.7, 0.95]), (_, y) => y / c.h);
    const hue = rng.range(0, 360), layers = rng.int(2, 4);
    for (let l = 0; l < layers; l++) {
      const base = c.h * (0.4 + (0.5 * l) / layers), amp = rng.range(0.03, 0.13) * c.h;
      const f = rng.range(1, 3) * Math.PI * 2 / c.w, phase = rng.range(0, 7);
      const col = colour(rng, [0.2, 0.6], [0.25, 0.65], hue + rng.range(-25, 25));
      for (let x = 0; x < c.w; x++)
        for (let y = Math.max(0, Math.floor(base + amp * Math.sin(x * f + phase))); y < c.h; y++) c.rgb.set(col, (y * c.w + x) * 3);
    }
  },
  texture(rng, c) {
    const a = noise(rng, c, rng.range(12, 40)), b = noise(rng, c, rng.range(3, 9)), part = rng.range(0.2, 0.6);
    paint(c, anyColour(rng), anyColour(rng), (x, y) => (1 - part) * a(x, y) + part * b(x, y));
  },
  /** Marble: noise that bends stripes. */
  marble(rng, c) {
    const a = noise(rng, c, rng.range(14, 34)), f = rng.range(0.04, 0.12), bend = rng.range(4, 9), angle = rng.range(0, Math.PI);
    const cx = Math.cos(angle) * f, cy = Math.sin(angle) * f;
    paint(c, anyColour(rng), anyColour(rng), (x, y) => 0.5 + 0.5 * Math.sin(x * cx + y * cy + bend * a(x, y)));
  },
  stripes(rng, c) {
    const angle = rng.range(0, Math.PI), period = rng.range(0.08, 0.3) * c.w, duty = rng.range(0.3, 0.7);
    const cx = Math.cos(angle) / period, cy = Math.sin(angle) / period, strength = rng.range(0.3, 1);
    paint(c, anyColour(rng), anyColour(rng), (x, y) => {
      const t = x * cx + y * cy;
      return t - Math.floor(t) < duty ? 0 : strength;
    });
  },
  tiles(rng, c) {
    const size = rng.range(0.1, 0.25) * c.w, joint = rng.range(0.04, 0.1), shift = rng.chance(0.5) ? 0.5 : 0;
    const shade = Float32Array.from({ length: 400 }, () => rng.range(0, 0.35));
    paint(c, anyColour(rng), anyColour(rng), (x, y) => {
      const row = Math.floor(y / size), u = x / size + row * shift, v = y / size;
      const fu = u - Math.floor(u), fv = v - row;
      if (fu < joint || fv < joint) return 1;
      return /** @type {number} */ (shade[(row * 17 + Math.floor(u)) % 400]);
    });
  },
  /** A floor seen in perspective before a wall. */
  room(rng, c) {
    const edge = Math.floor(rng.range(0.5, 0.78) * c.h), planks = rng.int(5, 12), strength = rng.range(0.3, 0.8);
    const wall = anyColour(rng), wall2 = anyColour(rng), grain = noise(rng, c, rng.range(10, 30)), part = rng.range(0, 0.4);
    paint(c, wall, wall2, (x, y) => part * grain(x, y));
    const floor = { w: c.w, h: c.h - edge, rgb: c.rgb.subarray(edge * c.w * 3) };
    paint(floor, colour(rng, [0.2, 0.6], [0.25, 0.7], rng.range(15, 50)), colour(rng, [0.1, 0.5], [0.15, 0.5]), (x, y) => {
      const t = ((x - c.w / 2) / (1 + (2.5 * y) / floor.h)) * (planks / c.w) * 2;
      return (t - Math.floor(t) < 0.1 ? strength : 0) + (0.3 * y) / floor.h;
    });
  },
  bokeh(rng, c) {
    paint(c, anyColour(rng), anyColour(rng), (_, y) => y / c.h);
    discs(rng, c, rng.int(6, 16), [0.04, 0.14], rng.range(0.25, 0.6));
  },
  /** Large flat shapes. */
  patches(rng, c) {
    paint(c, anyColour(rng), anyColour(rng), () => 0);
    for (let n = rng.int(3, 7); n > 0; n--) {
      const angle = rng.range(0, 2 * Math.PI), cx = Math.cos(angle), cy = Math.sin(angle);
      const off = cx * rng.range(0, c.w) + cy * rng.range(0, c.h), width = rng.range(0.1, 0.5) * c.w, col = anyColour(rng);
      for (let y = 0, i = 0; y < c.h; y++)
        for (let x = 0; x < c.w; x++, i += 3) {
          const d = x * cx + y * cy - off;
          if (d > 0 && d < width) c.rgb.set(col, i);
        }
    }
  },
  /** Leaves of grass or hatching. */
  strokes(rng, c) {
    const hue = rng.range(0, 360);
    paint(c, colour(rng, [0.2, 0.6], [0.3, 0.7], hue), colour(rng, [0.2, 0.6], [0.3, 0.8], hue + 30), (_, y) => y / c.h);
    const lean = rng.range(-0.6, 0.6), length = rng.range(0.06, 0.16) * c.h;
    for (let n = Math.floor((c.w * c.h) / 45); n > 0; n--) {
      const x0 = rng.range(0, c.w), y0 = rng.range(0, c.h + length), l = length * rng.range(0.5, 1);
      const col = colour(rng, [0.2, 0.7], [0.25, 0.8], hue + rng.range(-30, 50));
      for (let s = 0; s < l; s++) {
        const x = Math.floor(x0 + lean * s), y = Math.floor(y0 - s);
        if (x >= 0 && x < c.w && y >= 0 && y < c.h) c.rgb.set(col, (y * c.w + x) * 3);
      }
    }
  },
};

const SIDES = {
  train: ['plain', 'gradient', 'horizon', 'texture', 'stripes', 'tiles', 'room', 'bokeh', 'patches', 'strokes'],
  val: ['horizon', 'hills', 'hills', 'marble', 'tiles', 'room', 'gradient', 'bokeh'],
};

/** Paints a ground. @param {Rng} rng @param {Canvas} c @param {'train' | 'val'} side */
export function paintGround(rng, c, side) {
  /** @type {(rng: Rng, c: Canvas) => void} */ (FAMILIES[rng.pick(SIDES[side])])(rng, c);
}
