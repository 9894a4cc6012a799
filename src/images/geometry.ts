import { type Box, clipBox as clipToExtent } from '../base/box.js';
import type { Size } from '../base/size.js';

/** A rectangle between pixel edges: pixel i covers [i, i+1), so the whole image is x 0, y 0, width, height. */
export interface Region extends Size {
  readonly x: number;
  readonly y: number;
}

/** Which part of the stored image the network input shows. */
export interface InputGeometry {
  /** The stored pixels. */
  readonly image: Size;
  /** The network input. */
  readonly input: Size;
  /** The part of the stored image that the input shows, in stored pixels; its edges may be fractional. */
  readonly region: Region;
}

/** The geometry of an image that a network, or a map, sees as a whole. @param input of the network, as large as the image by default */
export function wholeImage(image: Size, input: Size = image): InputGeometry {
  return { image, input, region: { x: 0, y: 0, width: image.width, height: image.height } };
}

/** A box of the network input, in pixels of the stored image. Not clipped. */
function boxToImage(box: Box, { input, region }: InputGeometry): Box {
  return mapBox(box, { x: 0, y: 0, ...input }, region);
}

/** A box of the stored image, in pixels of the network input. Not clipped: after a crop it may lie outside. */
export function boxToInput(box: Box, { input, region }: InputGeometry): Box {
  return mapBox(box, region, { x: 0, y: 0, ...input });
}

/** The part of the stored image that the input shows, in whole pixels: the size at which a map is drawn on it. */
export function shownExtent({ region }: Pick<InputGeometry, 'region'>): Size {
  const whole = (side: number) => Math.max(1, Math.round(side));
  return { width: whole(region.width), height: whole(region.height) };
}

/** A box on a grid over what the input shows, in pixels of the stored image and within it. */
export function boxOnImage(box: Box | undefined, extent: Size, geometry: InputGeometry): Box | undefined {
  return box && clipBox(boxToImage(box, { ...geometry, input: extent }), geometry.image);
}

/** The part of the box within the image, or undefined when nothing is left or a coordinate is not finite. */
export function clipBox(box: Box, size: Size): Box | undefined {
  return clipToExtent(box, size.width, size.height);
}

function mapBox(box: Box, from: Region, to: Region): Box {
  const [x0, x1] = mapSpan(box.x0, box.x1, from.x, from.width, to.x, to.width);
  const [y0, y1] = mapSpan(box.y0, box.y1, from.y, from.height, to.y, to.height);
  return { x0, y0, x1, y1 };
}

/**
 * Maps pixels first..last (inclusive) by their outer edges, first and last + 1. Then widths counted with +1 scale by
 * exactly the factor, and the IoU of two boxes does not change. Multiplied coordinates would change it.
 */
function mapSpan(
  first: number,
  last: number,
  from: number,
  fromLength: number,
  to: number,
  toLength: number,
) {
  const factor = toLength / fromLength;
  return [to + (first - from) * factor, to + (last + 1 - from) * factor - 1] as const;
}
