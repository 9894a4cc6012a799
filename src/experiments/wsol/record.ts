import type { Box } from '../../base/box.js';
import type { ClassMask } from '../../base/class-mask.js';
import type { Heatmap } from '../../base/heatmap.js';
import { resizeMap } from '../../base/resize-map.js';
import type { ObjectTruth } from '../../base/sample.js';
import type { Size } from '../../base/size.js';
import { packHits } from '../../eval/boxes/box-hits.js';
import { bestIous, truncatedBox } from '../../eval/boxes/max-box-acc.js';
import type { ExplainedImage, JudgedNetwork } from '../../eval/experiment.js';
import { pixelCounts } from '../../eval/masks/pxap.js';
import { packCounts } from '../../eval/statistics/pack-counts.js';
import { boxToInput, clipBox, type InputGeometry } from '../../images/geometry.js';

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

/** To rounding: a warped image's region is its sides divided and multiplied again. */
function showsAll({ image, region }: InputGeometry): boolean {
  const near = (a: number, b: number) => Math.abs(a - b) < 1e-6;
  return (
    near(region.x, 0) &&
    near(region.y, 0) &&
    near(region.width, image.width) &&
    near(region.height, image.height)
  );
}

/**
 * As the published evaluator scales boxes: once, from the size that the annotation speaks of, whatever size the copy is
 * stored at. After a crop, which it does not know, the part that is seen.
 */
function boxOnInput({ box, annotated }: ObjectTruth, geometry: InputGeometry): Box | undefined {
  if (showsAll(geometry)) {
    const { box: own, size } = annotated ?? { box, size: geometry.image };
    return truncatedBox(own, size, geometry.input);
  }
  const seen = clipBox(boxToInput(box, geometry), geometry.input);
  return seen && truncatedBox(seen, geometry.input, geometry.input);
}

/** 1 object of the class, 0 anything else, 255 void, by the nearest pixel; undefined after a crop. */
function maskOnInput(mask: ClassMask, classIndex: number, geometry: InputGeometry): Uint8Array | undefined {
  if (!showsAll(geometry)) return undefined;
  const stored = { ...mask, data: Float32Array.from(mask.data) };
  const { data } = resizeMap(stored, geometry.input, 'nearest');
  return Uint8Array.from(data, (label) => (label === classIndex + 1 ? 1 : label === 255 ? 255 : 0));
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
