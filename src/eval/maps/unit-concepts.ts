import { aucOfRanks } from '../statistics/rank-auc.js';
import { averageRanks } from '../statistics/rank-correlation.js';

/** What a unit is called after: the concept whose presence its activation predicts best. */
export interface UnitConcept {
  /** Index of the concept. */
  readonly concept: number;
  /** Area under the ROC curve of that prediction, 0.5 … 1 for a concept that the unit says anything about. */
  readonly auc: number;
}

/**
 * Names units by concepts, as for the textual explanations of Grad-CAM's journal version (Selvaraju et al., IJCV
 * 2020), which takes a unit's name from Network Dissection's segmentations (Bau et al., CVPR 2017). Where concepts
 * are known per image and not per pixel, the name is the concept whose presence the unit's activation predicts best,
 * by the area under the ROC curve. Unlike a correlation, it does not depend on how often the concept occurs.
 *
 * @param activations [images, units] row-major: one number per unit and image, e.g. its maximum over positions
 * @param concepts [concepts][images]: 1 or true where the image has the concept
 * @returns for each unit its best concept (the first among equals); undefined when no concept is in some images and
 *   not in others
 */
export function nameUnits(
  activations: Float32Array,
  units: number,
  concepts: readonly ArrayLike<number | boolean>[],
): readonly (UnitConcept | undefined)[] {
  const images = units === 0 ? 0 : activations.length / units;
  if (!Number.isInteger(images)) throw new RangeError(`${activations.length} activations of ${units} units`);
  if (concepts.some(({ length }) => length !== images)) {
    throw new RangeError(`concepts must be known for all ${images} images`);
  }
  const column = new Float32Array(images);
  return Array.from({ length: units }, (_, unit) => {
    for (let image = 0; image < images; image++) column[image] = activations[image * units + unit]!;
    const ranks = averageRanks(column);
    let best: UnitConcept | undefined;
    concepts.forEach((present, concept) => {
      const auc = aucOfRanks(ranks, present);
      if (auc !== undefined && (best === undefined || auc > best.auc)) best = { concept, auc };
    });
    return best;
  });
}
