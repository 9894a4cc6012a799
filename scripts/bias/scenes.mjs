/** Scenes of the bias world: an object of a class with an attribute beside it, both well seen. */
import { composeScene } from '../quickstart/compose.mjs';
import { DIFFICULTY } from './world.mjs';
/** @typedef {import('../quickstart/sprites.mjs').Sprite} Sprite */

/**
 * @param {import('../quickstart/rng.mjs').Rng} rng @param {Map<string, Sprite[]>} sprites @param {string} label @param {string} attribute
 * @param {{ w: number, h: number, side: 'train' | 'val', squeeze?: number }} frame
 */
export function biasScene(rng, sprites, label, attribute, frame) {
  const own = new Map(
    [label, attribute, ''].map((name) => [name, /** @type {Sprite[]} */ (sprites.get(name))]),
  );
  for (;;) {
    const scene = composeScene(rng, own, label, { ...frame, difficulty: DIFFICULTY });
    const beside = scene.objects.find((object) => object.label === attribute);
    if (beside && beside.visible >= 0.6 * beside.painted) return scene;
  }
}
