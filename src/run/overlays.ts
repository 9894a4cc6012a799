import { join } from 'node:path';
import type { Box } from '../base/box.js';
import type { Heatmap } from '../base/heatmap.js';
import { type Interpolation, resizeMap } from '../base/resize-map.js';
import { type ColorMap, colorMap } from '../images/colormap.js';
import { type Cell, contactSheet } from '../images/contact-sheet.js';
import { writePng } from '../images/draw.js';
import type { InputGeometry } from '../images/geometry.js';
import { blendHeatmap, captioned, type OutlinedBox, outlineBoxes } from '../images/overlay.js';
import { resizeBilinear } from '../images/resize.js';
import type { RgbImage } from '../images/rgb-image.js';
import type { Place } from '../lock/place.js';
import { makeFolder, writing } from './files.js';

const GUESSED = [255, 60, 60] as const;
const TRUE = [60, 230, 60] as const;
const CELL = 360;

/**
 * The map drawn at the size of the stored image; zero where a centre crop left the network blind.
 */
export function mapOnImage(map: Heatmap, geometry: InputGeometry, upsampling: Interpolation): Heatmap {
  const { image, region } = geometry;
  const left = Math.max(0, Math.round(region.x));
  const top = Math.max(0, Math.round(region.y));
  const width = Math.min(image.width - left, Math.max(1, Math.round(region.width)));
  const height = Math.min(image.height - top, Math.max(1, Math.round(region.height)));
  const shown = resizeMap(map, { width, height }, upsampling);
  if (width === image.width && height === image.height) return shown;
  const data = new Float32Array(image.width * image.height);
  for (let y = 0; y < height; y++) {
    data.set(shown.data.subarray(y * width, (y + 1) * width), (top + y) * image.width + left);
  }
  return { data, width: image.width, height: image.height };
}

/** A file name made of the parts: what is neither letter, digit, dot, dash nor underscore becomes a dash. */
export function fileName(...parts: readonly string[]): string {
  return parts.map((part) => part.replace(/[^\p{L}\p{N}._-]+/gu, '-').replace(/^[.-]+/, '')).join('.');
}

/** Class, score and method in the order of their importance: a caption is cut where the picture ends. */
export function captionOf(className: string, score: number, method: string): string {
  return `${className.split(',')[0]} ${score.toFixed(1)} ${method}`;
}

export interface OverlayPicture {
  readonly image: RgbImage;
  readonly map: Heatmap;
  readonly geometry: InputGeometry;
  readonly upsampling: Interpolation;
  /** The box of the map, red. */
  readonly box: Box | undefined;
  /** Ground-truth boxes of the guessed class, green. */
  readonly truth: readonly Box[];
  readonly caption: string;
}

/** Writes overlays as PNG files into one folder, and at the end a contact sheet of those that were asked for. */
export class OverlayWriter {
  readonly #folder: string;
  /** Where pictures are made before they get their names; without one, there. */
  readonly #place: Place | undefined;
  readonly #colors: ColorMap = colorMap('turbo');
  readonly #cells: Cell[] = [];

  private constructor(folder: string, place: Place | undefined) {
    this.#folder = folder;
    this.#place = place;
  }

  static async open(folder: string, place?: Place): Promise<OverlayWriter> {
    await makeFolder(folder);
    return new OverlayWriter(folder, place);
  }

  /** @throws BenchError when the picture cannot be written */
  async add(name: string, picture: OverlayPicture, onSheet: boolean): Promise<void> {
    const heat = mapOnImage(picture.map, picture.geometry, picture.upsampling);
    const outlines: OutlinedBox[] = picture.truth.map((box) => ({ box, color: TRUE }));
    if (picture.box !== undefined) outlines.push({ box: picture.box, color: GUESSED });
    const drawn = outlineBoxes(blendHeatmap(picture.image, heat, this.#colors), outlines);
    const path = join(this.#folder, `${name}.png`);
    await this.#write(path, captioned(drawn, picture.caption));
    // Only the small picture is kept until the sheet is made.
    if (onSheet) this.#cells.push({ image: small(drawn), caption: picture.caption });
  }

  /** @returns the path of the sheet, or undefined when it would be empty. @throws BenchError like `add` */
  async finish(columns: number): Promise<string | undefined> {
    if (this.#cells.length === 0) return undefined;
    const path = join(this.#folder, 'contact-sheet.png');
    await this.#write(path, contactSheet(this.#cells, columns, CELL));
    return path;
  }

  #write(path: string, picture: RgbImage): Promise<void> {
    return writing(path, async () => {
      await writePng(this.#place?.staged(path) ?? path, picture);
      await this.#place?.publish(path);
    });
  }
}

function small(image: RgbImage): RgbImage {
  const factor = Math.min(1, CELL / Math.max(image.width, image.height));
  const side = (length: number) => Math.max(1, Math.round(length * factor));
  return factor === 1
    ? image
    : resizeBilinear(image, { width: side(image.width), height: side(image.height) });
}
