import { type Box, boxArea } from '../../base/box.js';
import type { ClassMask } from '../../base/class-mask.js';
import type { ClassInfo, ObjectTruth, Sample } from '../../base/sample.js';
import type { Size } from '../../base/size.js';
import { boxToInput, type InputGeometry } from '../../images/geometry.js';
import type { RgbImage } from '../../images/rgb-image.js';

/*
 * What an image shows besides its classes, from its boxes, its mask and its pixels: words that a unit can be named by.
 */

const PLACES = ['left', 'right', 'top', 'bottom', 'large', 'small'] as const;
const COLORS = ['black', 'grey', 'white', 'red', 'yellow', 'green', 'blue', 'purple'] as const;
type Color = (typeof COLORS)[number];

/** Shares of the image's sides and area. */
const THIRD = 1 / 3;
const LARGE = 0.3;
const SMALL = 0.1;

/** All concepts: the data set's classes first, by their index; then place, size, and colours. */
export function conceptNames(classes: readonly ClassInfo[]): readonly string[] {
  return [
    ...classes.map(({ name }) => name.split(',')[0]!),
    ...PLACES.map((place) =>
      place === 'large' || place === 'small' ? `${place} object` : `object ${place}`,
    ),
    ...COLORS.map((color) => `${color} object`),
    ...COLORS.map((color) => `${color} background`),
  ];
}

/** The name of a colour, channels 0…255: by hue, unless it is nearly grey or nearly black. */
function colorName(red: number, green: number, blue: number): Color {
  const high = Math.max(red, green, blue);
  const low = Math.min(red, green, blue);
  const chroma = high - low;
  if (high < 50) return 'black';
  if (chroma < 0.2 * high) return high > 200 ? 'white' : high < 90 ? 'black' : 'grey';
  const hue =
    high === red
      ? (60 * (green - blue)) / chroma
      : high === green
        ? 120 + (60 * (blue - red)) / chroma
        : 240 + (60 * (red - green)) / chroma;
  if (hue < -30 || hue >= 255) return 'purple';
  if (hue < 25) return 'red';
  if (hue < 70) return 'yellow';
  return hue < 165 ? 'green' : 'blue';
}

/** The commonest of the colours, the first among equals; undefined without a pixel. */
function commonest(counts: ReadonlyMap<Color, number>): Color | undefined {
  let best: Color | undefined;
  for (const color of COLORS) {
    if ((counts.get(color) ?? 0) > (best === undefined ? 0 : counts.get(best)!)) best = color;
  }
  return best;
}

/** Where the middle of the box is, by thirds of the image, and how large it is. */
function placesOf(box: Box, { width, height }: Size): (typeof PLACES)[number][] {
  const x = (box.x0 + box.x1 + 1) / 2 / width;
  const y = (box.y0 + box.y1 + 1) / 2 / height;
  const share = boxArea(box) / (width * height);
  const places: (typeof PLACES)[number][] = [];
  if (x < THIRD) places.push('left');
  if (x > 1 - THIRD) places.push('right');
  if (y < THIRD) places.push('top');
  if (y > 1 - THIRD) places.push('bottom');
  if (share >= LARGE) places.push('large');
  if (share <= SMALL) places.push('small');
  return places;
}

/**
 * Whose a pixel of the network's input is: 1 the object's, 0 background, −1 neither. By the mask where there is one (its
 * void is neither); else by boxes, which tell background but no object.
 */
function ownerOf(
  objects: readonly ObjectTruth[],
  main: ObjectTruth | undefined,
  mask: ClassMask | undefined,
  geometry: InputGeometry,
): (x: number, y: number) => -1 | 0 | 1 {
  const boxes = objects.map(({ box }) => boxToInput(box, geometry));
  const covers = ({ x0, y0, x1, y1 }: Box, x: number, y: number) =>
    x >= x0 - 0.5 && x <= x1 + 0.5 && y >= y0 - 0.5 && y <= y1 + 0.5;
  if (mask === undefined) return (x, y) => (boxes.some((box) => covers(box, x, y)) ? -1 : 0);
  const { region, input } = geometry;
  const own = main === undefined ? undefined : boxToInput(main.box, geometry);
  return (x, y) => {
    const column = Math.floor(region.x + ((x + 0.5) * region.width) / input.width);
    const row = Math.floor(region.y + ((y + 0.5) * region.height) / input.height);
    if (column < 0 || row < 0 || column >= mask.width || row >= mask.height) return -1;
    const value = mask.data[row * mask.width + column]!;
    if (value === 0) return 0;
    return own !== undefined && value === main!.classIndex + 1 && covers(own, x, y) ? 1 : -1;
  };
}

/**
 * The concepts of an image, ascending indices into `conceptNames`. Its object is the annotated one with the largest box;
 * without boxes there are no places, without a mask no colour of the object.
 *
 * @param pixels what the network saw, `geometry.input`
 * @param classes how many the data set has
 */
export function conceptsOf(
  { labels, objects, size }: Pick<Sample, 'labels' | 'objects' | 'size'>,
  mask: ClassMask | undefined,
  pixels: RgbImage,
  geometry: InputGeometry,
  classes: number,
): readonly number[] {
  const present = new Set([...labels, ...objects.map(({ classIndex }) => classIndex)]);
  const main = objects.toSorted((a, b) => boxArea(b.box) - boxArea(a.box))[0];
  if (main !== undefined) {
    for (const place of placesOf(main.box, size)) present.add(classes + PLACES.indexOf(place));
  }
  const owner = ownerOf(objects, main, mask, geometry);
  const counts = [new Map<Color, number>(), new Map<Color, number>()] as const;
  for (let i = 0; i < pixels.width * pixels.height; i++) {
    const whose = owner(i % pixels.width, Math.floor(i / pixels.width));
    if (whose < 0) continue;
    const [red, green, blue] = pixels.data.subarray(3 * i, 3 * i + 3);
    const color = colorName(red!, green!, blue!);
    const own = counts[whose as 0 | 1];
    own.set(color, (own.get(color) ?? 0) + 1);
  }
  const [background, object] = counts.map(commonest);
  const first = classes + PLACES.length;
  if (object !== undefined) present.add(first + COLORS.indexOf(object));
  if (background !== undefined) present.add(first + COLORS.length + COLORS.indexOf(background));
  return [...present].sort((a, b) => a - b);
}
