import type { Randomization } from '../base/randomization.js';
import type { Size } from '../base/size.js';
import type { ScoreChoice } from '../graph/prepared-network.js';
import type { CompileOptions } from './compile.js';

/** Where compiled graphs are kept, and how many bytes of them; the ones that were used last stay. */
export interface CacheOptions {
  readonly folder: string;
  readonly bytes: number;
}

/** What an explainer is made of: a model, its explanations, and what computes them. */
export interface ExplainerOptions extends CompileOptions {
  /** Path of the ONNX file. */
  readonly model: string;
  /** Input size in pixels; may be left out when the model fixes it. */
  readonly input?: Size;
  /** Which output holds the scores, and which of its numbers are explained. */
  readonly choice?: ScoreChoice;
  /** Takes images of any size, each batch with its own; `input` is the size that the model was made for. */
  readonly anySize?: boolean;
  /** The model is made to fit `input`, whatever size it was made for: that one. */
  readonly madeFor?: Size;
  /** Registry name, `auto` by default. */
  readonly engine?: string;
  /** Threads within one operator; all cores by default. */
  readonly threads?: number;
  /** onnxruntime's execution provider, `cpu` by default. */
  readonly provider?: string;
  /** The network is taken with these weights drawn anew. */
  readonly randomize?: Randomization;
  /** Networks with other weights, whose maps may be asked for. */
  readonly randomized?: readonly Randomization[];
  /** Where compiled graphs are kept for the next start; nowhere by default. */
  readonly cache?: CacheOptions;
}
