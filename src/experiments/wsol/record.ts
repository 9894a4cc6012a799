import type { Box } from '../../base/box.js';
import type { Heatmap } from '../../base/heatmap.js';
import { resizeMap } from '../../base/resize-map.js';
import type { Size } from '../../base/size.js';
import { packHits } from '../../eval/boxes/box-hits.js';
import { bestIous } from '../../eval/boxes/max-box-acc.js';
import { boxOnInput, maskOnInput } from '../../eval/boxes/on-input.js';
import type { ExplainedImage, JudgedNetwork } from '../../eval/experiment.js';
import { pixelCounts } from '../../eval/masks/pxap.js';
import { packCounts } from '../../eval/statistics/pack-counts.js';

/** What one map is worth for one class of an image. */
interface WsolMap {
  /** Base 64 of `packHits`. */
  readonly hits: string;
  /** `packCounts` of the histograms of object and background; absent without a mask. */
  readonly positive?: string;
  readonly negative?: string;
}

/** Per ground-truth class of the image, the maps of the outputs, then the centred Gaussian. */
export type WsolRecord = readonly (readonly WsolMap[])[];

/** Maps and boxes meet on the grid of the network's input, 224 × 224 in the publication. */
export async function wsolRecord(
  image: Pick<ExplainedImage, 'geometry' | 'truth' | 'mask' | 'given'>,
  network: Pick<JudgedNetwork, 'outputs'>,
): Promise<WsolRecord> {
  const { geometry, truth } = image;
  const mask = await image.mask();
  const center = centeredGaussian(geometry.input);
  return image.given.flatMap(({ classIndex, map }) => {
    const boxes = truth.objects
      .filter((object) => object.classIndex === classIndex)
      .flatMap((object) => boxOnInput(object, geometry) ?? []);
    if (boxes.length === 0) return [];
    const pixels = mask && maskOnInput(mask, classIndex, geometry);
    const maps = network.outputs.map((_, output) => resizeMap(map(output), geometry.input));
    return [[...maps, center].map((resized) => judged(resized, boxes, pixels))];
  });
}

function judged(map: Heatmap, boxes: readonly Box[], mask: Uint8Array | undefined): WsolMap {
  const hits = Buffer.from(packHits(bestIous(map, boxes))).toString('base64');
  if (mask === undefined) return { hits };
  const { positive, negative } = pixelCounts(map, mask);
  return { hits, positive: packCounts(positive), negative: packCounts(negative) };
}

/** The baseline that looks at nothing: a Gaussian in the middle, σ a quarter of each side. */
function centeredGaussian({ width, height }: Size): Heatmap {
  const bell = (i: number, size: number) => Math.exp(-8 * ((i + 0.5) / size - 0.5) ** 2);
  const data = Float32Array.from(
    { length: width * height },
    (_, i) => bell(i % width, width) * bell(Math.floor(i / width), height),
  );
  return { data, width, height };
}
