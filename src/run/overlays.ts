import { join } from 'node:path';
import type { Box } from '../base/box.js';
import type { Heatmap } from '../base/heatmap.js';
import { type Interpolation, resizeMap } from '../base/resize-map.js';
import { fileWord } from '../eval/file-word.js';
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
  const resized = resizeMap(map, { width, height }, upsampling);
  if (width === image.width && height === image.height) return resized;
  const data = new Float32Array(image.width * image.height);
  for (let y = 0; y < height; y++) {
    data.set(resized.data.subarray(y * width, (y + 1) * width), (top + y) * image.width + left);
  }
  return { data, width: image.width, height: image.height };
}

/**
 * A file's name without its ending. Dots join its parts and are in none but the image's, so that no two lists of parts make
 * one name.
 * @param image its word, one of `distinctWords`
 */
export function fileName(image: string, ...parts: readonly string[]): string {
  return [image, ...parts.map((part) => fileWord(part, false))].join('.');
}

/** Class, score and method in the order of their importance: a caption is cut where the picture ends. */
export function captionOf(className: string, score: number, method: string): string {
  return `${className.split(',')[0]} ${score.toFixed(1)} ${method}`;
}

interface OverlayPicture {
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

/** Pictures of a contact sheet: more would be one that hardly a program opens, and all of them are held in memory. */
const SHEET = 48;

/** Writes overlays as PNG files into one folder, and contact sheets of those that were asked for. */
export class OverlayWriter {
  readonly #folder: string;
  readonly #columns: number;
  /** Where pictures are made before they get their names; without one, there. */
  readonly #place: Place | undefined;
  readonly #colors: ColorMap = colorMap('turbo');
  readonly #sheets: string[] = [];
  #cells: Cell[] = [];

  private constructor(folder: string, columns: number, place: Place | undefined) {
    this.#folder = folder;
    this.#columns = columns;
    this.#place = place;
  }

  /** @param columns of a contact sheet */
  static async open(folder: string, columns: number, place?: Place): Promise<OverlayWriter> {
    await makeFolder(folder);
    return new OverlayWriter(folder, columns, place);
  }

  /** @throws BenchError when the picture cannot be written */
  async add(name: string, picture: OverlayPicture, onSheet: boolean): Promise<void> {
    const heat = mapOnImage(picture.map, picture.geometry, picture.upsampling);
    const outlines: OutlinedBox[] = picture.truth.map((box) => ({ box, color: TRUE }));
    if (picture.box !== undefined) outlines.push({ box: picture.box, color: GUESSED });
    const boxed = outlineBoxes(blendHeatmap(picture.image, heat, this.#colors), outlines);
    const path = join(this.#folder, `${name}.png`);
    await this.#write(path, captioned(boxed, picture.caption));
    if (!onSheet) return;
    // Only the small picture is kept until its sheet is full.
    this.#cells.push({ image: small(boxed), caption: picture.caption });
    const rows = Math.max(1, Math.floor(SHEET / this.#columns));
    if (this.#cells.length >= rows * this.#columns) await this.#writeSheet();
  }

  /** @returns the paths of the contact sheets, none where there are no pictures. @throws BenchError like `add` */
  async finish(): Promise<readonly string[]> {
    if (this.#cells.length > 0) await this.#writeSheet();
    return this.#sheets;
  }

  async #writeSheet(): Promise<void> {
    const cells = this.#cells;
    this.#cells = [];
    const number = this.#sheets.length + 1;
    const path = join(this.#folder, number === 1 ? 'contact-sheet.png' : `contact-sheet-${number}.png`);
    await this.#write(path, contactSheet(cells, this.#columns, CELL));
    this.#sheets.push(path);
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
