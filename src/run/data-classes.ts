import { probabilitiesOver } from '../base/probabilities.js';
import type { ExplainedClass, Scores } from '../eval/experiment.js';
import type { Explainer } from '../explainer/explainer.js';
import { type ExplainedBatch, mapOf } from '../explainer/question.js';
import type { NetworkMaps } from '../maps/network-maps.js';
import type { ClassMapping } from './class-mapping.js';

/* What a network answers, in the data set's classes. */

/** A network, and how its classes correspond to the data set's. */
export interface CompiledNetwork {
  readonly explainer: Explainer;
  readonly mapping: ClassMapping;
  /** Of a network whose maps are in files: its explainer only describes them. */
  readonly maps?: MapsOfNetwork | undefined;
}

/** The first that runs; undefined where all maps are in files. */
export function firstRunning(networks: readonly CompiledNetwork[]): Explainer | undefined {
  return networks.find(({ maps }) => maps === undefined)?.explainer;
}

export interface MapsOfNetwork {
  readonly source: NetworkMaps;
  /** Images without maps are left out. */
  readonly partial: boolean;
}

/** The class explained at place j of a row of the batch. */
export function classAt(
  { explainer: { classCount, readings }, mapping }: CompiledNetwork,
  batch: ExplainedBatch,
  row: number,
  j: number,
): ExplainedClass {
  const k = batch.classIds.length / (batch.logits.length / classCount);
  const id = batch.classIds[row * k + j]!;
  return {
    classIndex: mapping.classOf(id),
    score: batch.logits[row * classCount + id]!,
    map: (output) => mapOf(batch, output, k, row, j),
    readings: readings.map(({ shape, perClass }, reading) => {
      const length = shape.reduce((product, side) => product * side, 1);
      const start = (perClass ? row * k + j : row) * length;
      return batch.readings[reading]!.subarray(start, start + length);
    }),
  };
}

/** @param all [rows, network classes] */
export function scoresOf(
  all: Float32Array,
  row: number,
  { explainer: { classCount, score }, mapping }: CompiledNetwork,
): Scores {
  const logits = all.subarray(row * classCount, (row + 1) * classCount);
  const of = (classIndex: number) =>
    mapping
      .members(classIndex)
      .reduce((best, member) => Math.max(best, logits[member]!), Number.NEGATIVE_INFINITY);
  return {
    logits,
    of,
    probability: (classIndex) => probabilitiesOver(score.probability, logits)(of(classIndex)),
  };
}
