import type { ExplainedImage, JudgedNetwork } from '../../eval/experiment.js';
import { packFloats } from '../../eval/float-text.js';
import { conceptsOf } from '../../eval/maps/image-concepts.js';
import { thumbnail } from '../../eval/maps/thumbnail.js';
import { roundTo } from '../../eval/round-to.js';
import { seenPicture } from '../kept-picture.js';

/** What is read of the network: α of each unit for the class, and its mean activation, [units] each. */
export const READINGS = ['neuron-importance', 'neuron-activity'] as const;

/** What the journal keeps of an image. */
export interface NeuronRecord {
  /** The class decided for, −1 for one that the data set does not have; and its probability. */
  readonly decided: number;
  readonly confidence: number;
  /** Image-level classes. */
  readonly labels: readonly number[];
  /** Indices into `conceptNames`, ascending. */
  readonly concepts: readonly number[];
  /** Floats as text, [units]: α of the class decided for, and mean activations. */
  readonly alpha: string;
  readonly active: string;
  readonly picture: string;
  /** Thumbnails of that class's maps, one per method. */
  readonly maps: readonly string[];
}

export async function neuronRecord(
  image: ExplainedImage,
  { outputs, classes }: JudgedNetwork,
): Promise<NeuronRecord> {
  const { truth, geometry, scores } = image;
  const decision = image.top[0]!;
  const [alpha, active] = decision.readings!;
  const pixels = image.pixels!;
  return {
    decided: decision.classIndex,
    confidence: decision.classIndex < 0 ? 0 : roundTo(scores.probability(decision.classIndex), 6),
    labels: truth.labels,
    concepts: conceptsOf(truth, await image.mask(), pixels, geometry, classes.length),
    alpha: packFloats(alpha!),
    active: packFloats(active!),
    picture: await seenPicture(pixels, geometry),
    maps: outputs.map((_, output) => thumbnail(decision.map(output))),
  };
}
