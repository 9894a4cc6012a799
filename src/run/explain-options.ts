import type { Box } from '../base/box.js';
import type { LocalizationConfig, NetworkConfig } from '../config/schema.js';
import type { FigureFormat } from '../figures/render.js';
import type { FigureStyle } from '../figures/spec.js';
import type { ScoreKind } from '../graph/scores/score.js';
import type { InputSpec } from '../images/preprocess.js';
import type { Failure } from './batches.js';
import type { NamedOutputs } from './output-labels.js';

export interface FigureFile {
  readonly format?: FigureFormat;
  /** Name of the one image's figure without its ending; the image's own when absent. */
  readonly file?: string;
}

export interface ExplainOptions extends NamedOutputs {
  readonly images: readonly string[];
  /** Path of the ONNX file. */
  readonly model: string;
  readonly input: InputSpec;
  /** With layers and box rules of their own, where they have them; no α is left to be searched. */
  readonly methods: NetworkConfig['methods'];
  /** Of several outputs of the model, the one that holds the scores; which of its numbers are explained. */
  readonly output?: string | undefined;
  readonly score?: ScoreKind | undefined;
  /** For methods that name none. */
  readonly layer?: string | undefined;
  /** Whether somebody asked for just so many classes: then it is said that there are fewer. */
  readonly topAsked: boolean;
  /** The best so many classes of each image, and behind them these classes by name, id or index; not none of both. */
  readonly classes: { readonly top: number; readonly named: readonly string[] };
  readonly localization: LocalizationConfig;
  readonly engine?: string | undefined;
  readonly provider?: string | undefined;
  readonly threads?: number | undefined;
  readonly out: string;
  /** How figures are drawn and written; as they come when absent. */
  readonly figure?: Partial<FigureStyle> & FigureFile;
  /** What the network is called in figures; its file's name when absent. */
  readonly title?: string | undefined;
  /** Also write the maps and the logits as float32 .npy files. */
  readonly npy: boolean;
  /** What is to be known before the first image, once the network is known to run. */
  readonly notes?: readonly string[];
  /** A line for people: what computes. */
  readonly note: (line: string) => void;
  /** A line for those who ask why. */
  readonly detail: (line: string) => void;
  /** The network is compiled now, which may take seconds. */
  readonly compiling: () => void;
  /** What came out, as soon as its figure is written. */
  readonly tell: (one: Explained) => void;
  /** An image is done: its figure is written. */
  readonly done: (image: ExplainedPicture) => void;
  /** An image that cannot be read; the others go on. */
  readonly failed: (failure: Failure) => void;
}

/** A class of an image, with its probability, 0…1. */
export interface NamedClass {
  readonly index: number;
  readonly id: string;
  readonly name: string;
  readonly score: number;
  readonly probability: number;
}

/** An image that was explained. */
export interface ExplainedPicture {
  readonly image: string;
  /** Those that were explained, in their order. */
  readonly classes: readonly NamedClass[];
  readonly maps: readonly Explained[];
  /** Path of the figure that shows them. */
  readonly figure: string;
}

/** What `explainImages` wrote. */
export interface ExplainResult {
  /** Paths of the contact sheets. */
  readonly sheets: readonly string[];
  readonly failures: readonly Failure[];
  /** The engine, as it names itself; undefined where no image could be read. */
  readonly device: string | undefined;
}

/** One explanation, for the lines that the command prints. */
export interface Explained {
  readonly image: string;
  readonly method: string;
  readonly layer: string;
  readonly className: string;
  readonly score: number;
  /** Of the class, 0…1, as the network's score head has it. */
  readonly probability: number;
  /** The rule that drew the box, in short words. */
  readonly rule: string;
  /** In pixels of the image; undefined when the map has no positive value. */
  readonly box: Box | undefined;
}
