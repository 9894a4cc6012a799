import { rankAuc } from '../statistics/rank-auc.js';
import { nameUnits } from './unit-concepts.js';

/** What naming takes of an image. */
export interface UnitImage {
  /** Concepts that it shows. */
  readonly concepts: readonly number[];
  /** [units] */
  readonly active: Float32Array;
}

export interface UnitName {
  /** Undefined for a unit that predicts no concept better than chance. */
  readonly concept: number | undefined;
  /** On the images that named it. */
  readonly auc: number | undefined;
  /** Of the same concept on the held-out images; undefined where all or none of them show it. */
  readonly heldOut: number | undefined;
}

/**
 * Names units on some images and tries the names on others.
 * @param concepts how many there are
 * @param support least number of naming images with a concept, and without it, for the concept to name units. Where
 *   one image alone shows a concept, some unit predicts it perfectly by chance
 * @returns one per unit
 */
export function namedUnits(
  naming: readonly UnitImage[],
  heldOut: readonly UnitImage[],
  concepts: number,
  support: number,
): readonly UnitName[] {
  const units = naming[0]?.active.length ?? 0;
  const presence = (images: readonly UnitImage[], concept: number) =>
    images.map((image) => image.concepts.includes(concept));
  const candidates = Array.from({ length: concepts }, (_, concept) => ({
    concept,
    present: presence(naming, concept),
  })).filter(({ present }) => {
    const count = present.filter(Boolean).length;
    return count >= support && present.length - count >= support;
  });
  const all = new Float32Array(naming.length * units);
  naming.forEach(({ active }, image) => {
    all.set(active, image * units);
  });
  const names = nameUnits(
    all,
    units,
    candidates.map(({ present }) => present),
  );
  return names.map((best, unit) => {
    if (best === undefined || best.auc <= 0.5) {
      return { concept: undefined, auc: undefined, heldOut: undefined };
    }
    const { concept } = candidates[best.concept]!;
    const values = heldOut.map(({ active }) => active[unit]!);
    return { concept, auc: best.auc, heldOut: rankAuc(values, presence(heldOut, concept)) };
  });
}

/** The units of the `count` largest values, the largest first, and of the smallest; lower indices first among equals. */
export function extremes(values: Float32Array, count: number) {
  const order = [...values.keys()].sort((a, b) => values[b]! - values[a]! || a - b);
  return { most: order.slice(0, count), least: order.slice(-count).reverse() };
}

/** The chance that a draw of `draws` from `all` without replacement holds at least one of `marked`. */
export function chanceOfAny(all: number, marked: number, draws: number): number {
  let chanceOfNone = 1;
  for (let i = 0; i < Math.min(draws, all); i++) chanceOfNone *= Math.max(0, all - marked - i) / (all - i);
  return 1 - chanceOfNone;
}
