import { basename, dirname, extname, join } from 'node:path';
import type { Argv } from 'yargs';
import { FIGURE_FORMATS, type FigureFormat } from '../figures/render.js';
import { FIGURE_STYLE, type FigureStyle } from '../figures/spec.js';
import { COLOR_MAPS, type ColorMapName } from '../images/colormap.js';
import { UsageError, wholeNumber } from './arguments.js';

/* How `bench explain` draws its figures. */

export interface FigureFlags {
  out: string;
  colormap: ColorMapName;
  alpha: number;
  over: 'grey' | 'picture';
  box: boolean;
  width: number | undefined;
  format: FigureFormat | undefined;
}

export function withFigureOptions<T>(yargs: Argv<T>): Argv<T> {
  return yargs
    .option('out', {
      type: 'string',
      default: join('out', 'explain'),
      describe: 'folder of the figures; for one image also a file: .png, .svg or .pdf',
    })
    .option('format', { choices: FIGURE_FORMATS, describe: 'of the figures in a folder [default: png]' })
    .option('colormap', {
      choices: COLOR_MAPS,
      default: FIGURE_STYLE.colormap,
      describe: 'colours of the maps; jet to compare with papers',
    })
    .option('alpha', {
      coerce: share,
      default: FIGURE_STYLE.alpha,
      describe: 'opacity of a map at its maximum, 0 to 1; it falls to 0 with the map',
    })
    .option('over', {
      choices: ['grey', 'picture'] as const,
      default: 'grey' as const,
      describe: 'what lies under the maps: the picture in grey, or in its colours',
    })
    .option('box', { type: 'boolean', default: true, describe: 'draw the boxes; --no-box leaves them out' })
    .option('width', {
      coerce: wholeNumber('width', 200),
      describe: 'of a figure in pixels, at least 200',
    }) as Argv<T>;
}

function share(value: unknown): number {
  const number = Number(value);
  if (String(value).trim() !== '' && number >= 0 && number <= 1) return number;
  throw new UsageError(`--alpha: expected a number from 0 to 1, got ${String(value)}`);
}

/** Where figures go, and how they are drawn. @throws UsageError for one file and several images */
export function figureOptions(flags: FigureFlags, images: number) {
  const { out, colormap, alpha, over, box, width, format } = flags;
  const ending = FIGURE_FORMATS.find((one) => extname(out).toLowerCase() === `.${one}`);
  const style: FigureStyle = {
    ...{ colormap, alpha, ground: over === 'grey' ? 'grey' : 'colour', boxes: box },
    ...(width === undefined ? {} : { width }),
  };
  if (ending === undefined) return { out, figure: { ...style, format: format ?? 'png' } };
  if (images > 1)
    throw new UsageError(
      `--out ${out}: one file for ${images} images; give a folder, and --format ${ending}`,
    );
  if (format !== undefined && format !== ending) {
    throw new UsageError(`--out ${out}: the file’s ending says ${ending}, --format ${format}`);
  }
  const file = basename(out, extname(out));
  return { out: dirname(out), figure: { ...style, format: ending, file } };
}
