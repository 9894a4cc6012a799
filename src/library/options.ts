import type { DataError } from '../base/errors.js';
import type { PresetName } from '../cards/presets.js';
import type { ScoreKind } from '../graph/scores/score.js';
import type { Picture } from './picture.js';

/**
 * How pictures become the network's input: (pixel · scale − mean) / std. Keys that are left out are the card's, then the
 * preset's, as in a configuration (docs/cards.md).
 */
export interface InputOptions {
  /** Pixels of a square input, or [height, width]. */
  readonly size?: number | readonly [number, number] | undefined;
  readonly resize?: 'warp' | 'crop' | 'short-side' | undefined;
  /** With `crop`: what the short side is scaled to first. */
  readonly shortSide?: number | undefined;
  readonly interpolation?: 'bilinear' | 'bicubic' | undefined;
  readonly color?: 'rgb' | 'bgr' | undefined;
  /** Multiplies the pixel of 0…255 first, such as 1 / 255. */
  readonly scale?: number | undefined;
  /** Subtracted after scaling: one number, or three in the order of `color`. */
  readonly mean?: number | readonly [number, number, number] | undefined;
  /** Divides at the end. */
  readonly std?: number | readonly [number, number, number] | undefined;
}

/** A method, at a layer of its own. */
export interface MethodOption {
  readonly name: string;
  readonly layer?: string | undefined;
}

/** What a network is loaded with. */
export interface LoadOptions {
  /** Methods by name, in the order of the maps; `grad-cam` by default. */
  readonly methods?: readonly (string | MethodOption)[] | undefined;
  /** How many of the best classes are explained where none is named; 1 by default. */
  readonly top?: number | undefined;
  /** Preprocessing by its name, over the network's card. */
  readonly preset?: PresetName | undefined;
  readonly input?: InputOptions | undefined;
  /** Names of the classes in the network's order, or a file that has one a line; the card's by default, else numbers. */
  readonly labels?: readonly string[] | string | URL | undefined;
  /** The network's first output is a background class that the labels do not have. */
  readonly background?: boolean | undefined;
  /** For methods that name no layer. */
  readonly layer?: string | undefined;
  /** Of several outputs, the one that holds the scores. */
  readonly output?: string | undefined;
  readonly score?: ScoreKind | undefined;
  /** `auto` by default, which takes onnxruntime unless TensorFlow.js sees a GPU. */
  readonly engine?: string | undefined;
  /** An execution provider of onnxruntime. */
  readonly provider?: string | undefined;
  /** Threads within one operator; all cores by default. */
  readonly threads?: number | undefined;
  /** A folder that keeps compiled graphs for the next start, and how many bytes of them; none by default. */
  readonly cache?: { readonly folder: string; readonly bytes: number } | undefined;
  /** Gives up loading. */
  readonly signal?: AbortSignal | undefined;
}

/** What is asked about a picture. */
export interface ExplainOptions {
  /** These classes in place of the best: indices, ids or names. */
  readonly classes?: readonly (number | string)[] | undefined;
  /** Gives up waiting; the network finishes what it computes before it takes the next question. */
  readonly signal?: AbortSignal | undefined;
}

/** What is asked about many. */
export interface ExplainAllOptions<T> extends ExplainOptions {
  /** The picture of an item; the item itself by default. */
  readonly pictureOf?: ((item: T) => Picture) | undefined;
  /** Pictures that go through the network together; it changes the speed and the memory, no number. 1 by default. */
  readonly batch?: number | undefined;
  /** Told of a picture that cannot be read, which is then left out; without it the iteration throws the DataError. */
  readonly onFailure?: ((error: DataError, item: T) => void) | undefined;
}
