import type { z } from 'zod';
import type { Box } from '../base/box.js';
import type { ClassMask } from '../base/class-mask.js';
import type { Heatmap } from '../base/heatmap.js';
import type { Normaliser } from '../base/probabilities.js';
import type { Randomization } from '../base/randomization.js';
import type { ClassInfo, Sample, TruthKind } from '../base/sample.js';
import type { Size } from '../base/size.js';
import type { ReportLine } from '../base/table.js';
import type { FigureSpec } from '../figures/spec.js';
import type { InputGeometry } from '../images/geometry.js';
import type { PixelScale } from '../images/pixel-scale.js';
import type { RgbImage } from '../images/rgb-image.js';
import type { PublishedTable } from './published.js';
import type { BootstrapOptions } from './statistics/bootstrap.js';

/*
 * An experiment: which maps it wants of an image, what it makes of one image, and what it writes when all are judged.
 * Everything between (data, networks, engines, journal, resume, shards) is the run's, the same for every experiment.
 */

/** The classes whose maps an experiment wants of an image; one pass gives the maps of all of them. */
export interface Needs {
  /** Number of the network's best guesses; 0: none. */
  readonly top: number;
  /** Classes that the ground truth names, as indices into the data set's; left out: none. */
  readonly given?: (truth: Sample) => readonly number[];
  /** An image is judged by all of them together: where images without maps are left out, one that lacks a class is, too. */
  readonly together?: boolean;
  /** How many of them one row of a pass explains; an image with more takes several rows. 4 when left out. */
  readonly places?: number;
  /**
   * The experiment shows the network changed copies of the image (masked, occluded, attacked): its input is kept, and
   * `score`, `explain` and `gradient` may be asked.
   */
  readonly changes?: boolean;
  /**
   * The same network with weights drawn anew, which `explain` may be asked of as well; with `changes`. Each is a
   * network of its own in memory, loaded when first asked.
   */
  readonly randomized?: readonly Randomization[];
  /** What is read of the network besides the methods' maps, by the names of `src/methods/readings`. */
  readonly readings?: readonly string[];
  /** The image as the network saw it is wanted as eight-bit RGB, too: `pixels`. */
  readonly pixels?: boolean;
  /** Probabilities are read: maps from files must bring them along. */
  readonly probabilities?: boolean;
  /** Readings that a configuration may name among a network's methods, since this experiment knows what they are. */
  readonly accepts?: readonly string[];
  /** The truth without which nothing can be measured: data that have none of it are refused. */
  readonly requires?: readonly TruthKind[];
  /** The truth that it can do without, and what is left out then. */
  readonly uses?: Partial<Readonly<Record<TruthKind, string>>>;
}

/** What the network says of one image, in the data set's classes. */
export interface Scores {
  /** [network classes], before softmax. */
  readonly logits: Float32Array;
  /** The class's logit: of the best of its members where a mapping joins several; −∞ where it has none. */
  readonly of: (classIndex: number) => number;
  /** The class's probability, 0…1, as the network's score head has it: of the best of its members. */
  readonly probability: (classIndex: number) => number;
}

/** One class of an image, with a map per output. */
export interface ExplainedClass {
  /** Index into the data set's classes; −1 is a background class, or one that the mapping does not name. */
  readonly classIndex: number;
  /** Its logit. */
  readonly score: number;
  /** The map of the network's output number `output`, at its layer's own resolution, not normalised. */
  readonly map: (output: number) => Heatmap;
  /** The numbers of each reading of `needs.readings`, those of this class where each class has its own. */
  readonly readings?: readonly Float32Array[];
}

/** One image as an experiment gets it. */
export interface ExplainedImage {
  readonly truth: Sample;
  /** The image's segmentation in stored pixels; undefined where the data set has none. @throws DataError */
  readonly mask: () => Promise<ClassMask | undefined>;
  /** The stored image itself, read when asked for. @throws DataError */
  readonly picture: () => Promise<RgbImage>;
  /** Which part of the stored image the network saw. */
  readonly geometry: InputGeometry;
  /** The network's input as eight-bit RGB; only with `needs.pixels`. */
  readonly pixels?: RgbImage | undefined;
  readonly scores: Scores;
  /** As many as `needs.top`, best first. */
  readonly top: readonly ExplainedClass[];
  /** Those of `needs.given` that the network knows, in its order. */
  readonly given: readonly ExplainedClass[];
  /**
   * Of maps from files: why there are none, or which classes have none. Such an image has fewer guesses, and empty maps for the
   * classes that are asked for; it counts as wrong.
   */
  readonly missing?: string;
  /**
   * [3, height, width]: what the network was fed; height and width are `geometry.input`. Not to be changed.
   * @throws Error unless `needs.changes`
   */
  readonly input: () => Float32Array;
  /**
   * Runs the forward pass alone on n changed copies of the input, [n, 3, height, width]. The caller's array is left as
   * it is. Only with `needs.changes`.
   */
  readonly score: (copies: Float32Array, n: number) => Promise<readonly Scores[]>;
  /**
   * Maps of n changed copies for the data set's classes `classes`, the same for each copy; a class that the network
   * does not know is left out. Only with `needs.changes`.
   * @param randomized index into `needs.randomized`: the maps of that network in place of the run's own
   */
  readonly explain: (
    copies: Float32Array,
    n: number,
    classes: readonly number[],
    randomized?: number,
  ) => Promise<readonly (readonly ExplainedClass[])[]>;
  /**
   * Scores of n changed copies, and the signed gradients of the logits of m of the network's own classes, the same for
   * each copy. Only with `needs.changes`.
   */
  readonly gradient: (copies: Float32Array, n: number, ids: readonly number[]) => Promise<InputGradients>;
}

/** One forward and one backward pass. */
interface InputGradients {
  readonly scores: readonly Scores[];
  /** [n, m, 3, height, width]: ∂logit/∂copy. */
  readonly gradients: Float32Array;
}

/**
 * A method at a layer: where a network's maps come from. Its size is the raw maps' for the input size of the configuration;
 * where images keep their aspect, each map has its own.
 */
export interface OutputName extends Size {
  readonly method: string;
  /** A value name of the model, or `input`. */
  readonly layer: string;
}

/** Numbers of a network that are no map: what is read, and where. */
export interface ReadingOutput {
  readonly reading: string;
  /** A value name of the model, or `input`. */
  readonly layer: string;
  /** Of the numbers for one image, or for one class of it. */
  readonly shape: readonly number[];
  /** Whether each explained class has its own. */
  readonly perClass: boolean;
}

/** The network that an image is judged for. */
export interface JudgedNetwork {
  readonly name: string;
  /** Index in the configuration. */
  readonly index: number;
  readonly outputs: readonly OutputName[];
  /** One per `needs.readings`, then those that the configuration names; left out: none. */
  readonly readings?: readonly ReadingOutput[] | undefined;
  /** How pixels became its input. */
  readonly scale: PixelScale;
  /** The data set's classes. */
  readonly classes: readonly ClassInfo[];
  /** Of the network's classes, those that stand for this class of the data set; empty when none does. */
  readonly members: (classIndex: number) => readonly number[];
  /** What turns its scores into probabilities. */
  readonly probability: readonly Normaliser[];
}

/** A network's description where the network itself does not run. */
export interface RecordedNetwork extends Pick<JudgedNetwork, 'name' | 'index' | 'outputs' | 'readings'> {
  /** How many the data set has. */
  readonly classes: number;
}

/** What the journal keeps of one judged image: plain JSON, small. */
export interface Judged<R> {
  /** Position in the run's list of images. */
  readonly at: number;
  readonly id: string;
  readonly record: R;
}

/** The records of one network, in the data set's order; may be gone through several times. */
export interface NetworkRecords<R> {
  readonly name: string;
  /** Index in the configuration. */
  readonly index: number;
  /** The published tables' name of the network, when the configuration says that it is one of theirs. */
  readonly paper: string | undefined;
  readonly outputs: readonly OutputName[];
  /** One per `needs.readings`; left out: none. */
  readonly readings?: readonly ReadingOutput[] | undefined;
  readonly records: () => AsyncIterable<Judged<R>>;
}

/** Which data a table was measured on. */
export interface DataLabel {
  /** For people and for the `data` column, e.g. `demonstration (not ImageNet)`. */
  readonly label: string;
  /** The whole ImageNet validation set: only then is the difference from the paper a number worth printing. */
  readonly comparable: boolean;
}

/** The data of a run. */
interface RunData extends DataLabel {
  /** Registry name of the data set. */
  readonly dataset: string;
  /** Images of the run, read or not. */
  readonly images: number;
}

/** Everything that a finished run, or merged shards, know. */
export interface RunRecords<R> {
  /** Name of the configuration. */
  readonly name: string;
  readonly data: RunData;
  readonly classes: readonly ClassInfo[];
  readonly bootstrap: BootstrapOptions;
  /** results/paper/<experiment>.json, empty when there is none. */
  readonly published: PublishedTable;
  readonly networks: readonly NetworkRecords<R>[];
}

/** A file that the run writes beside run.json; its bytes may depend on nothing but the records. */
export interface OutputFile {
  readonly name: string;
  readonly text: string | AsyncIterable<string>;
}

/** A figure that is drawn as SVG under `name`: a Vega-Lite specification, or pictures with maps over them. */
export type Figure = { readonly name: string } & (
  | { readonly spec: Readonly<Record<string, unknown>> }
  | { readonly pictures: FigureSpec }
);

export interface Report {
  readonly files: readonly OutputFile[];
  readonly figures: readonly Figure[];
  /** What the command prints: sentences and tables for people. */
  readonly lines: readonly ReportLine[];
}

/** An experiment as a configuration sets it up. `R` is its record of one image. */
export interface Experiment<R> {
  readonly needs: Needs;
  /** @param at position in the run's list of images */
  readonly judge: (image: ExplainedImage, network: JudgedNetwork, at: number) => R | Promise<R>;
  /**
   * What a record of one of the network's images looks like, for records that another process sent: what it accepts, the
   * report can be made of.
   */
  readonly record: (network: RecordedNetwork) => z.ZodType;
  readonly report: (run: RunRecords<R>) => Report | Promise<Report>;
  /** The box that `--overlays` draws on a map, where the experiment has one. */
  readonly box?: (
    map: Heatmap,
    image: ExplainedImage,
    network: JudgedNetwork,
    output: number,
  ) => Box | undefined | Promise<Box | undefined>;
  /** The rule of that box, for the figure's legend. */
  readonly boxWords?: (network: JudgedNetwork, output: number) => string;
}

/** An experiment that configurations can name; its options are the keys beside `name`. */
export interface ExperimentKind<Settings> {
  readonly name: string;
  readonly summary: string;
  /** The paper that it comes from. */
  readonly reference: string;
  /**
   * The settings that it reads of the rest of the configuration: a section such as `bootstrap`, or a key of one. Those of
   * data, networks and speed are the run's and are not named.
   */
  readonly reads: readonly string[];
  /** It needs maps and guesses alone, so that they may come from files: no other part of `needs` than these. */
  readonly mapsAlone?: boolean;
  /** Checks the options and completes them with the defaults; what it gives, it must take again. */
  readonly options: z.ZodType<object>;
  /**
   * @param options what the schema made of the `experiment` section
   * @param settings the rest of the configuration
   * @throws ConfigError
   */
  readonly configure: (options: object, settings: Settings) => Experiment<unknown>;
}

/** Describes an experiment. From here on the types of its options and records are its own: they are only handed back. */
export function defineExperiment<O extends object, R, Settings>(kind: {
  readonly name: string;
  readonly summary: string;
  readonly reference: string;
  readonly reads: readonly string[];
  readonly mapsAlone?: boolean;
  readonly options: z.ZodType<O>;
  readonly configure: (options: O, settings: Settings) => Experiment<R>;
}): ExperimentKind<Settings> {
  return {
    ...kind,
    configure: (options, settings) => {
      const experiment = kind.configure(options as O, settings);
      return { ...experiment, report: (run) => experiment.report(run as RunRecords<R>) };
    },
  };
}
