import sharp from 'sharp';
import type { Heatmap } from '../base/heatmap.js';
import { painted } from '../figures/paint.js';
import { FIGURE_STYLE } from '../figures/spec.js';
import { COLOR_MAPS, type ColorMapName } from '../images/colormap.js';
import type { InputGeometry } from '../images/geometry.js';
import type { RgbImage } from '../images/rgb-image.js';
import { checkChoice } from './checked-options.js';
import { decodePicture, type Picture } from './picture.js';

/** How a map is drawn over a picture. */
export interface DrawOptions {
  readonly colormap?: ColorMapName | undefined;
  /** How much of the picture the strongest colours cover, 0…1. */
  readonly alpha?: number | undefined;
}

/**
 * A map over its picture, as in the figures of `bench explain`: pale where the network saw nothing of the picture.
 * @returns pixels of the picture's size
 * @throws DataError for a picture that cannot be read, ConfigError for an unknown colour map
 */
export async function drawMap(
  picture: Picture,
  map: Heatmap,
  { region }: Pick<InputGeometry, 'region'>,
  { colormap = FIGURE_STYLE.colormap, alpha = FIGURE_STYLE.alpha }: DrawOptions = {},
): Promise<RgbImage> {
  checkChoice('colormap', colormap, COLOR_MAPS);
  const image = await decodePicture(picture);
  const { width, height } = image;
  const cell = { picture: image, map: { heat: map, region, upsampling: 'bilinear' as const } };
  return painted({ kind: 'cell', cell }, { width, height }, { ...FIGURE_STYLE, colormap, alpha });
}

/** The bytes of a PNG file. */
export async function encodePng({ data, width, height }: RgbImage): Promise<Uint8Array> {
  return sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}
