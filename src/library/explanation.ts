import type { Heatmap } from '../base/heatmap.js';
import { probabilitiesOver } from '../base/probabilities.js';
import type { ClassInfo } from '../base/sample.js';
import type { Explainer } from '../explainer/explainer.js';
import { type ExplainedBatch, mapOf } from '../explainer/question.js';
import type { InputGeometry } from '../images/geometry.js';

/** A map at the resolution of the layer that it was read at, row by row, not normalised. It covers the network's input. */
export interface ExplainedMap extends Heatmap {
  readonly method: string;
  readonly layer: string;
}

/** A class, and what the methods say of it. */
export interface ExplainedClass extends ClassInfo {
  /** Index into the network's classes. */
  readonly index: number;
  /** The score that is explained: the logit, unless another one was asked for. */
  readonly score: number;
  /** 0…1. */
  readonly probability: number;
  /** One for each method, in their order. */
  readonly maps: readonly ExplainedMap[];
}

/** What a network says of a picture, and why. */
export interface Explanation {
  /** The best classes, best first, or those that were asked for in their order. */
  readonly classes: readonly ExplainedClass[];
  /** The scores of all the network's classes. */
  readonly scores: Float32Array;
  /** Which part of the picture the maps cover. */
  readonly geometry: InputGeometry;
}

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
