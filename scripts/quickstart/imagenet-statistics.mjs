/**
 * The composition of ImageNet val, measured on its 50,000 images and their boxes: how large the largest box of an
 * image's class is, where its centre lies, how wide it is for its height, and how many boxes there are. Scenes draw their
 * main object's box from here, so that nobody chooses a composition after looking at results.
 */
/** @typedef {import('./rng.mjs').Rng} Rng */
/** @typedef {{ x0: number, y0: number, x1: number, y1: number }} UnitBox in sides of the image, 0 to 1 */

/** Measured quantiles: [share of the images, value at most]. */
export const MEASURED = {
  /** Area of the largest box, as a part of the image's. */
  area: [[0.05, 0.035], [0.1, 0.072], [0.25, 0.194], [0.5, 0.411], [0.75, 0.662], [0.9, 0.871], [0.95, 0.964]],
  /** The larger of its centre's two offsets from the middle, in sides. */
  offset: [[0.05, 0.004], [0.25, 0.039], [0.5, 0.091], [0.75, 0.174], [0.9, 0.259], [0.95, 0.309]],
  /** Its width by its height, over the image's. */
  aspect: [[0.1, 0.53], [0.5, 0.97], [0.9, 1.66]],
  /** Median offset of boxes of an area up to the first number. */
  offsetByArea: [[0.1, 0.205], [0.25, 0.158], [0.45, 0.116], [0.7, 0.077], [1, 0.025]],
  /** Share of the images with one, two, three and more boxes of the class. */
  boxes: [0.77, 0.12, 0.04, 0.07],
  /** Share of the largest boxes that a centre box of 70 % of each side meets with an IoU of at least 0.5. */
  centreBox: 0.498,
};

/** @param {number} u in [0, 1) @param {readonly (readonly number[])[]} knots */
function quantile(u, knots) {
  for (let i = 1; i < knots.length; i++) {
    const [p0, v0] = /** @type {number[]} */ (knots[i - 1]), [p1, v1] = /** @type {number[]} */ (knots[i]);
    if (u <= p1) return v0 + ((u - p0) / (p1 - p0)) * (v1 - v0);
  }
  return knots.at(-1)[1];
}

const AREA = [[0, 0.008], ...MEASURED.area, [1, 1]];

/** A standard normal. @param {Rng} rng */
const normal = (rng) => Math.sqrt(-2 * Math.log(1 - rng.next())) * Math.cos(2 * Math.PI * rng.next());

/**
 * Fitted, not measured: how far the logarithm of the aspect spreads below and above its middle before boxes that would
 * leave the image are cut, and how much the centres of the
 * smallest and of the largest boxes are drawn to the middle (1: anywhere that the box has room).
 */
const FIT = { aspectBelow: 0.64, aspectAbove: 0.55, centred: [1.68, 0.9] };

/** The largest box of one image. @param {Rng} rng @returns {UnitBox} */
export function drawBox(rng) {
  const area = quantile(rng.next(), AREA);
  const z = normal(rng);
  const wanted = Math.exp(Math.log(0.97) + z * (z < 0 ? FIT.aspectBelow : FIT.aspectAbove));
  const aspect = Math.min(1 / area, Math.max(area, wanted));
  const w = Math.min(1, Math.sqrt(area * aspect)), h = Math.min(1, Math.sqrt(area / aspect));
  const [small, large] = /** @type {[number, number]} */ (FIT.centred);
  const centred = small + (large - small) * area;
  const offset = (/** @type {number} */ room) => (room / 2) * rng.next() ** centred * (rng.chance(0.5) ? -1 : 1);
  const cx = 0.5 + offset(1 - w), cy = 0.5 + offset(1 - h);
  return { x0: cx - w / 2, y0: cy - h / 2, x1: cx + w / 2, y1: cy + h / 2 };
}

/** How many objects of the class an image has. @param {Rng} rng */
export function drawCount(rng) {
  const u = rng.next(), [one, two, three] = MEASURED.boxes;
  return u < one ? 1 : u < one + two ? 2 : u < one + two + three ? 3 : rng.int(4, 6);
}

/** @param {UnitBox} box */
const areaOf = ({ x0, y0, x1, y1 }) => (x1 - x0) * (y1 - y0);

/** The same measures of other images, to hold beside ImageNet's. @param {readonly (readonly UnitBox[])[]} images the boxes of each */
export function statistics(images) {
  const largest = images.map((boxes) => boxes.reduce((best, box) => (areaOf(box) > areaOf(best) ? box : best)));
  const rows = largest.map((box) => ({
    area: areaOf(box),
    offset: Math.max(Math.abs(box.x0 + box.x1 - 1), Math.abs(box.y0 + box.y1 - 1)) / 2,
    aspect: (box.x1 - box.x0) / (box.y1 - box.y0),
  }));
  const at = (/** @type {number[]} */ values, /** @type {number} */ p) => {
    const sorted = [...values].sort((a, b) => a - b);
    return /** @type {number} */ (sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))]);
  };
  const of = (/** @type {'area' | 'offset' | 'aspect'} */ key) =>
    MEASURED[key].map(([p]) => [p, at(rows.map((row) => row[key]), /** @type {number} */ (p))]);
  const offsetByArea = MEASURED.offsetByArea.map(([most], i) => {
    const least = i === 0 ? -1 : /** @type {number} */ (MEASURED.offsetByArea[i - 1]?.[0]);
    return [most, at(rows.filter(({ area }) => area > least && area <= most).map(({ offset }) => offset), 0.5)];
  });
  const share = (/** @type {(n: number) => boolean} */ fits) => images.filter(({ length }) => fits(length)).length / images.length;
  return {
    area: of('area'),
    offset: of('offset'),
    aspect: of('aspect'),
    offsetByArea,
    boxes: [share((n) => n === 1), share((n) => n === 2), share((n) => n === 3), share((n) => n > 3)],
    centreBox: largest.filter(meetsCentre).length / largest.length,
  };
}

/** @param {UnitBox} box */
function meetsCentre({ x0, y0, x1, y1 }) {
  const [lo, hi] = [0.15, 0.85];
  const w = Math.min(x1, hi) - Math.max(x0, lo), h = Math.min(y1, hi) - Math.max(y0, lo);
  if (w <= 0 || h <= 0) return false;
  const inner = w * h;
  return inner / ((x1 - x0) * (y1 - y0) + 0.49 - inner) >= 0.5;
}
