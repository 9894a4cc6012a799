import type { ClassInfo } from '../base/sample.js';
import type { InputSpec } from '../images/preprocess.js';
import type { Explanation } from './explanation.js';
import type { ExplainAllOptions, ExplainOptions } from './options.js';
import type { Picture } from './picture.js';

/** A map that the model makes for each class. */
export interface MapKind {
  readonly method: string;
  readonly layer: string;
  readonly height: number;
  readonly width: number;
}

/** An explanation, and what it is of. */
export interface ExplainedItem<T> extends Explanation {
  readonly item: T;
}

/**
 * A network, compiled with its explanations and loaded. It runs on a thread of its own until it is closed: close it, or
 * the process does not end. Questions may be asked at any time; they are answered in their order.
 */
export interface Model {
  /** Path of the ONNX file. */
  readonly path: string;
  /** The network's classes in its order, a background class included. */
  readonly classes: readonly ClassInfo[];
  /** The maps of a class, in their order; the size is that of pictures of the input's size. */
  readonly maps: readonly MapKind[];
  /** How pictures become the input. */
  readonly input: InputSpec;
  /** Which of the network's numbers are explained, in words. */
  readonly score: string;
  /** What computes: package, version, device. */
  readonly device: string;
  /** Sentences for the user: what was guessed of the model, and what a map may not show. */
  readonly notes: readonly string[];

  /**
   * Explains one picture: its best classes, or those that are named.
   * @throws DataError for a picture that cannot be read, ConfigError for a class that there is none of, EngineError, the
   *   signal's reason
   */
  explain(picture: Picture, options?: ExplainOptions): Promise<Explanation>;

  /**
   * Explains many pictures, in their order. The next ones are read while the network is at work; no more than three
   * batches are in memory.
   * @param items pictures, or anything with a picture (`pictureOf`), such as a data set
   * @throws as `explain` does; what was explained before the fault has been given
   */
  explainAll<T = Picture>(
    items: Iterable<T> | AsyncIterable<T>,
    options?: ExplainAllOptions<T>,
  ): AsyncGenerator<ExplainedItem<T>, void, undefined>;

  /** Ends the network's thread, after what it is computing. Calling it again changes nothing. */
  close(): Promise<void>;
}
