import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileWord } from '../eval/file-word.js';
import { pagesOf } from '../figures/pages.js';
import { type FigureFormat, renderFigure } from '../figures/render.js';
import type { FigureSpec, FigureStyle, PictureCell } from '../figures/spec.js';
import type { Place } from '../lock/place.js';
import { makeFolder, writing } from './files.js';
import { imageFigure, imagesOfSheet, type ShownImage, sheetCells, sheetFigures } from './image-figure.js';

/**
 * A file's name without its ending. Dots join its parts and are in none but the image's, so that no two lists of parts make
 * one name.
 * @param image its word, one of `distinctWords`
 */
export function fileName(image: string, ...parts: readonly string[]): string {
  return [image, ...parts.map((part) => fileWord(part, false))].join('.');
}

export interface FigureFiles {
  readonly folder: string;
  readonly format: FigureFormat;
  readonly style: FigureStyle;
  /** Whether contact sheets are written, too. */
  readonly sheets: boolean;
  /** Where figures are made before they get their names; without one, there. */
  readonly place?: Place | undefined;
}

/** Writes a figure for each image into one folder, and contact sheets with each image's first class. */
export class FigureWriter {
  readonly #files: FigureFiles;
  readonly #sheets: string[] = [];
  /** Of the images of the sheet to come, small. */
  #images: (readonly PictureCell[])[] = [];
  #last: ShownImage | undefined;

  private constructor(files: FigureFiles) {
    this.#files = files;
  }

  static async open(files: FigureFiles): Promise<FigureWriter> {
    await makeFolder(files.folder);
    return new FigureWriter(files);
  }

  /**
   * @param word the image's, for the name of its file
   * @returns the path of its figure; a large one has more parts, whose names go on with `.2`
   * @throws BenchError when it cannot be written
   */
  async add(word: string, shown: ShownImage): Promise<string> {
    const names = (part: number) => (part === 1 ? word : fileName(word, String(part)));
    const [path] = await this.#write(pagesOf(imageFigure(shown)), names);
    if (this.#files.sheets) {
      this.#images.push(sheetCells(shown));
      this.#last = shown;
      if (this.#images.length === imagesOfSheet(shown.methods.length)) await this.#writeSheet();
    }
    return path!;
  }

  /** @returns the paths of the contact sheets. @throws BenchError like `add` */
  async finish(): Promise<readonly string[]> {
    if (this.#images.length > 0) await this.#writeSheet();
    return this.#sheets;
  }

  async #writeSheet(): Promise<void> {
    const pages = sheetFigures(this.#last!, this.#images);
    this.#images = [];
    const before = this.#sheets.length;
    const names = (part: number) =>
      before + part === 1 ? 'contact-sheet' : `contact-sheet-${before + part}`;
    this.#sheets.push(...(await this.#write(pages, names)));
  }

  /** @param names of the first part, of the second, … */
  async #write(pages: readonly FigureSpec[], names: (part: number) => string): Promise<string[]> {
    const { folder, format, style, place } = this.#files;
    const paths: string[] = [];
    for (const [i, page] of pages.entries()) {
      const path = join(folder, `${names(i + 1)}.${format}`);
      const bytes = await renderFigure(format, page, style);
      await writing(path, async () => {
        await writeFile(place?.staged(path) ?? path, bytes);
        await place?.publish(path);
      });
      paths.push(path);
    }
    return paths;
  }
}
