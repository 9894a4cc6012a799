import { probabilitiesOver } from '../base/probabilities.js';
import type { ClassInfo } from '../base/sample.js';
import type { Explainer } from '../explainer/explainer.js';
import { type ExplainedBatch, mapOf } from '../explainer/question.js';
import type { InputGeometry } from '../images/geometry.js';
import type { ExplainedClass, ExplainedMap, Explanation } from './explanation.js';

/** What names the parts of a batch. */
export interface Names {
  readonly explainer: Pick<Explainer, 'outputs' | 'classCount' | 'score'>;
  readonly labels: readonly ClassInfo[];
  /** Classes of each image in this batch. */
  readonly k: number;
}

/** The explanation of one image of a batch; its maps are copies. */
export function explanationOf(
  batch: ExplainedBatch,
  image: number,
  geometry: InputGeometry,
  { explainer, labels, k }: Names,
): Explanation {
  const { classCount, outputs, score } = explainer;
  const scores = batch.logits.slice(image * classCount, (image + 1) * classCount);
  const probabilityOf = probabilitiesOver(score.probability, scores);
  const classes = Array.from({ length: k }, (_, j): ExplainedClass => {
    const index = batch.classIds[image * k + j]!;
    const own = scores[index]!;
    const maps = outputs.map(({ method, layer }, output): ExplainedMap => {
      const { data, width, height } = mapOf(batch, output, k, image, j);
      return { method, layer, width, height, data: data.slice() };
    });
    return { index, ...labels[index]!, score: own, probability: probabilityOf(own), maps };
  });
  return { classes, scores, geometry };
}
