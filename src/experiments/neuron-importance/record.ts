import type { ExplainedImage, JudgedNetwork } from '../../eval/experiment.js';
import { packFloats } from '../../eval/float-text.js';
import { conceptsOf } from '../../eval/maps/image-concepts.js';
import { thumbnail } from '../../eval/maps/thumbnail.js';
import { roundTo } from '../../eval/round-to.js';
import { seenPicture } from '../kept-picture.js';

/** The reading: [2, units], α of the class above the mean activation. */
export const READING = 'neuron-importance';

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
  const pixels = image.pixels!;
  const { data, width: units } = decision.map(outputs.findIndex(({ method }) => method === READING));
  const methods = [...outputs.keys()].filter((output) => outputs[output]!.method !== READING);
  return {
    decided: decision.classIndex,
    confidence: decision.classIndex < 0 ? 0 : roundTo(scores.probability(decision.classIndex), 6),
    labels: truth.labels,
    concepts: conceptsOf(truth, await image.mask(), pixels, geometry, classes.length),
    alpha: packFloats(data.subarray(0, units)),
    active: packFloats(data.subarray(units)),
    picture: await seenPicture(pixels, geometry),
    maps: methods.map((output) => thumbnail(decision.map(output))),
  };
}
