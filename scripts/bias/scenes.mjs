/** Scenes of the bias world: a small object of a class with a large attribute beside it, both well seen. */
import { composeScene } from '../quickstart/compose.mjs';
import { Rng } from '../quickstart/rng.mjs';
import { DIFFICULTY, SEED } from './world.mjs';
/** @typedef {import('../quickstart/sprites.mjs').Sprite} Sprite */
/** @typedef {import('../quickstart/compose.mjs').Scene & { drawings: [object: string, attribute: string] }} BiasScene */

/**
 * Scene `n` of a combination. Every combination's scene `n` shows its class's drawing `n` and its attribute's drawing
 * `n`, so that no drawing comes more often with one combination than with another.
 * @param {Map<string, Sprite[]>} sprites @param {'train' | 'val'} side @param {string} label @param {string} attribute @param {number} n
 * @param {(rng: Rng) => { w: number, h: number, squeeze?: number }} frame
 * @returns {BiasScene}
 */
export function biasScene(sprites, side, label, attribute, n, frame) {
  const drawing = (/** @type {string} */ name) =>
    new Rng(`${SEED}/${side}/${name}/${n}`).pick(/** @type {Sprite[]} */ (sprites.get(name)));
  const [object, beside] = [drawing(label), drawing(attribute)];
  const own = new Map([
    [label, [object]],
    [attribute, [beside]],
    ['', /** @type {Sprite[]} */ (sprites.get(''))],
  ]);
  const rng = new Rng(`${SEED}/${side}/${label}/${attribute}/${n}`);
  const size = frame(rng);
  for (;;) {
    const scene = composeScene(rng, own, label, { ...size, side, difficulty: DIFFICULTY });
    const [first, ...more] = scene.objects.filter((one) => one.label === attribute);
    const alone = scene.objects.filter(({ main }) => main).length === 1 && more.length === 0;
    if (alone && first && first.visible >= 0.6 * first.painted)
      return { ...scene, drawings: [object.id, beside.id] };
  }
}

/** A training scene's frame: square, and squeezed as a picture of another aspect is when it is warped. @param {number} side */
export const squareOf = (side) => (/** @type {Rng} */ rng) => ({
  w: side,
  h: side,
  squeeze: Math.exp(rng.range(-0.22, 0.22)),
});

/** A test scene's frame. @param {Rng} rng */
export function pictureFrame(rng) {
  const long = rng.int(224, 256),
    short = Math.round(long / rng.range(1, 1.4));
  return rng.chance(0.5) ? { w: long, h: short } : { w: short, h: long };
}

/** Pixels of a scene's object and of its attribute, as parts of the picture. @param {BiasScene} scene */
export function shares({ w, h, objects }) {
  const of = (/** @type {boolean} */ main) =>
    objects.filter((one) => one.main === main).reduce((sum, one) => sum + one.visible, 0) / (w * h);
  return { object: of(true), attribute: of(false) };
}
