import { z } from 'zod';
import type { Box } from '../../base/box.js';
import type { ExplainedClass, Scores } from '../../eval/experiment.js';
import { thumbnail } from '../../eval/maps/thumbnail.js';
import type { InputGeometry } from '../../images/geometry.js';
import { type PixelScale, pixelsOf } from '../../images/pixel-scale.js';
import { boxSides, type Sides, seenPicture } from '../kept-picture.js';
import { pictureText, share, thumbnailText } from '../record-schemas.js';

/* What a record keeps of an attack for its figure; of right images that the attack reached. */

/** Of the true class, of the target and, where the image shows one, of a second true class. */
type OfClasses<T> = readonly T[];

export interface ShownAttack {
  /** The image before and after. */
  readonly pictures: readonly [string, string];
  /** [before, after][class]: the first output's maps. */
  readonly maps: readonly [OfClasses<string>, OfClasses<string>];
  /** [before, after][class]: probabilities of six significant digits. After an attack they may be 1e-20. */
  readonly probabilities: readonly [OfClasses<number>, OfClasses<number>];
  /** Of the true class and of the second one. */
  readonly boxes: readonly [readonly Sides[], readonly Sides[]];
}

const both = <T extends z.ZodType>(value: T) => z.tuple([value, value]).optional();
const sides = z.array(z.tuple([share, share, share, share]));

/** Its keys in a record's schema. */
export const shownRecord = {
  pictures: both(pictureText),
  maps: both(z.array(thumbnailText)),
  probabilities: both(z.array(share)),
  boxes: both(sides),
};

/** Each pair is before and after the attack. */
interface Attacked {
  readonly geometry: InputGeometry;
  readonly scale: PixelScale;
  readonly inputs: readonly [Float32Array, Float32Array];
  readonly explained: readonly [readonly ExplainedClass[], readonly ExplainedClass[]];
  readonly scores: readonly [Scores, Scores];
  readonly classes: readonly number[];
  /** Of the true class and of the second one, in pixels of the stored image. */
  readonly boxes: readonly [readonly Box[], readonly Box[]];
}

export async function shownAttack(attacked: Attacked): Promise<ShownAttack> {
  const { geometry, scale, inputs, explained, scores, classes, boxes } = attacked;
  const picture = (input: Float32Array) => seenPicture(pixelsOf(input, geometry.input, scale), geometry);
  const maps = (ofClasses: readonly ExplainedClass[]) => ofClasses.map(({ map }) => thumbnail(map(0)));
  const digits = ({ probability }: Scores) =>
    classes.map((index) => Number(probability(index).toPrecision(6)));
  return {
    pictures: [await picture(inputs[0]), await picture(inputs[1])],
    maps: [maps(explained[0]), maps(explained[1])],
    probabilities: [digits(scores[0]), digits(scores[1])],
    boxes: [boxSides(boxes[0], geometry), boxSides(boxes[1], geometry)],
  };
}
