import { ConfigError } from '../../base/errors.js';
import { type CrfParameters, scaledCrf } from '../../eval/crf/dense-crf.js';
import type { ExplainedImage, JudgedNetwork, ReadingOutput } from '../../eval/experiment.js';
import { type SeedCounts, seedCounts } from '../../eval/masks/seeds.js';
import {
  type ClassScores,
  type LabelChannels,
  labelMaps,
  likeliest,
  refined,
} from '../../eval/masks/segmented.js';
import { segmenter } from '../../methods/readings/segmenter.js';

/* Networks whose output is a segmentation: their masks, where seeds are cut out of maps. */

/** Name among a network's methods that makes it one. */
export const SEGMENTER = segmenter.name;

/** Which of a network's readings is its segmentation; −1 for a network that is no segmenter. */
export function segmenterAt({
  readings = [],
}: {
  readonly readings?: readonly ReadingOutput[] | undefined;
}): number {
  return readings.findIndex(({ reading }) => reading === SEGMENTER);
}

/** The dense CRF at test, as the options have it. */
export interface CrfOptions {
  readonly iterations: number;
  readonly weight: number;
  readonly position: number;
  readonly color: number;
  readonly smooth_weight: number;
  readonly smooth_position: number;
  readonly scale: number;
  readonly floor: number;
}

/** How a segmenter's output becomes a mask. */
export interface Variant {
  /** `given`: only the background and the image's own classes may occur. */
  readonly labels: 'none' | 'given';
  readonly crf: boolean;
}

export function variantsOf(crf: CrfOptions | false): readonly Variant[] {
  const labels = ['none', 'given'] as const;
  const after = crf === false ? [false] : [false, true];
  return labels.flatMap((own) => after.map((crf): Variant => ({ labels: own, crf })));
}

function parametersOf(own: CrfOptions): CrfParameters {
  const { iterations, weight, position, color, scale } = own;
  const gaussian = { weight: own.smooth_weight, position: own.smooth_position };
  return scaledCrf({ iterations, bilateral: { weight, position, color }, gaussian }, scale);
}

/**
 * What one image's masks add to the confusion matrices, per variant; counts at a single threshold. Undefined for a network
 * that is no segmenter, and for an image without a class that the network knows.
 * @throws ConfigError for a network without a background class
 */
export async function segmentCounts(
  image: ExplainedImage,
  network: JudgedNetwork,
  truth: Uint8Array,
  crf: CrfOptions | false,
): Promise<readonly SeedCounts[] | undefined> {
  const scores = scoresOf(image, network);
  if (scores === undefined) return undefined;
  const all = labelsOf(network);
  const own = all.filter(({ label }) => label === 0 || image.truth.labels.includes(label - 1));
  const picture = crf === false ? undefined : await image.picture();
  return variantsOf(crf).map((variant) => {
    const maps = labelMaps(scores, variant.labels === 'given' ? own : all, image.geometry);
    const after = variant.crf && crf !== false && picture !== undefined;
    const label = after ? refined(maps, picture, parametersOf(crf), crf.floor) : likeliest(maps);
    return seedCounts(truth, { label, strength: new Float32Array(label.length).fill(1) }, [0]);
  });
}

function scoresOf({ given }: ExplainedImage, network: JudgedNetwork): ClassScores | undefined {
  const at = segmenterAt(network);
  // The same for every class.
  const data = given[0]?.readings?.[at];
  const shape = network.readings?.[at]?.shape;
  if (data === undefined || shape === undefined) return undefined;
  const [channels, height, width] = shape as readonly [number, number, number];
  return { data, channels, height, width };
}

/** The channels of each label: the first is the background's, the others follow the network's classes. */
function labelsOf({ name, classes, members }: JudgedNetwork): readonly LabelChannels[] {
  const own = classes.map((_, index) => ({ label: index + 1, channels: members(index) }));
  if (own.some(({ channels }) => channels.includes(0))) {
    throw new ConfigError(
      `network \`${name}\`: a segmenter's first class is the background: set model.background: true`,
    );
  }
  return [{ label: 0, channels: [0] }, ...own.filter(({ channels }) => channels.length > 0)];
}
