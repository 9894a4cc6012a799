import type { Size } from '../base/size.js';
import { type ColorMap, colorMap, divergingMap } from '../images/colormap.js';
import { greyOf } from '../images/grey.js';
import { resizeBilinear } from '../images/resize.js';
import type { RgbImage } from '../images/rgb-image.js';
import { mapShares } from './map-values.js';
import type { Paint } from './marks.js';
import type { FigureStyle, MapOver, PictureCell } from './spec.js';

/** Where the network saw nothing of a picture, so much of it is white. */
const UNSEEN = 0.6;
const WHITE = Uint8Array.of(255, 255, 255);
/** What the bar's colours lie over: a picture's middle grey. */
const BAR_GROUND = 128;

/** The pixels of an image mark that is drawn `size` pixels large. */
export function painted(paint: Paint, size: Size, style: FigureStyle): RgbImage {
  return paint.kind === 'bar' ? barPixels(paint.signed, size, style) : cellPixels(paint.cell, size, style);
}

/**
 * How much of a map's colour covers what lies below it: nothing where the map is 0, `alpha` from half of its maximum on.
 * @param share −1…1
 */
export function opacity(share: number, alpha: number): number {
  const x = Math.min(1, 2 * Math.abs(share));
  return alpha * x * x * (3 - 2 * x);
}

function colorsOf(signed: boolean | undefined, { colormap }: FigureStyle): ColorMap {
  return signed ? divergingMap() : colorMap(colormap);
}

function cellPixels({ picture, map }: PictureCell, size: Size, style: FigureStyle): RgbImage {
  const shown = resizeBilinear(picture, size);
  if (map === undefined) return shown;
  const ground = style.ground === 'grey' ? greyOf(shown) : { ...shown, data: shown.data.slice() };
  return covered(ground, map, picture, style);
}

/** Draws the map into `ground`, which is the picture at the size at which it is drawn. */
function covered(ground: RgbImage, map: MapOver, picture: Size, style: FigureStyle): RgbImage {
  const [sx, sy] = [ground.width / picture.width, ground.height / picture.height];
  const region = map.region ?? { x: 0, y: 0, width: picture.width, height: picture.height };
  const [left, top] = [Math.round(region.x * sx), Math.round(region.y * sy)];
  const whole = (side: number) => Math.max(1, Math.round(side));
  const extent = { width: whole(region.width * sx), height: whole(region.height * sy) };
  const shares = mapShares(map, extent);
  const colors = colorsOf(map.signed, style);
  for (let y = 0; y < ground.height; y++) {
    for (let x = 0; x < ground.width; x++) {
      const [u, v] = [x - left, y - top];
      const at = 3 * (y * ground.width + x);
      const seen = u >= 0 && v >= 0 && u < extent.width && v < extent.height;
      if (!seen) mix(ground, at, WHITE, 0, UNSEEN);
      else mixShare(ground, at, shares.data[v * extent.width + u]!, map.signed, colors, style.alpha);
    }
  }
  return ground;
}

function barPixels(signed: boolean, { width, height }: Size, style: FigureStyle): RgbImage {
  const data = new Uint8Array(3 * width * height).fill(BAR_GROUND);
  const image = { data, width, height };
  const colors = colorsOf(signed, style);
  for (let i = 0; i < width * height; i++) {
    const share = (i % width) / Math.max(1, width - 1);
    mixShare(image, 3 * i, signed ? 2 * share - 1 : share, signed, colors, style.alpha);
  }
  return image;
}

function mixShare(
  image: RgbImage,
  at: number,
  share: number,
  signed: boolean | undefined,
  colors: ColorMap,
  alpha: number,
): void {
  if (share === 0) return;
  const entry = Math.round(255 * (signed ? (share + 1) / 2 : share));
  mix(image, at, colors, 3 * entry, opacity(share, alpha));
}

function mix({ data }: RgbImage, at: number, colors: Uint8Array, entry: number, share: number): void {
  for (let c = 0; c < 3; c++) {
    data[at + c] = Math.round(data[at + c]! * (1 - share) + colors[entry + c]! * share);
  }
}
