import type { Heatmap } from '../base/heatmap.js';
import type { ClassInfo } from '../base/sample.js';
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
