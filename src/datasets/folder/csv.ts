import { basename } from 'node:path';
import type { Box } from '../../base/box.js';
import { DataError, messageOf } from '../../base/errors.js';
import { didYouMean } from '../../base/nearest.js';
import { quote } from '../../base/quote.js';
import type { ObjectTruth } from '../../base/sample.js';
import type { Size } from '../../base/size.js';
import { type CsvRow, parseCsvRows } from '../../report/csv.js';
import { readText } from '../files.js';
import { boxOfCorners } from './corners.js';
import { checkedPath } from './pictures.js';
import { type Annotations, annotatedSize, type Truths } from './truths.js';

/*
 * A table with a row per object: image, class, xmin, ymin, xmax, ymax, difficult. Four empty coordinates are a class without
 * a box, and an empty class too is an image without objects. With width and height, boxes refer to a picture of that size.
 */

const COLUMNS: Readonly<Record<string, readonly string[]>> = {
  image: ['image', 'filename', 'file', 'path', 'imagepath', 'imagename'],
  class: ['class', 'label', 'classname'],
  ...{ xmin: ['xmin'], ymin: ['ymin'], xmax: ['xmax'], ymax: ['ymax'] },
  ...{ difficult: ['difficult'], width: ['width'], height: ['height'] },
};
const SIDES = ['xmin', 'ymin', 'xmax', 'ymax'] as const;
const HEADING = 'image,class,xmin,ymin,xmax,ymax[,difficult]';
const DELIMITERS = [',', ';', '\t'];

interface Row {
  readonly line: number;
  readonly className: string;
  readonly box: Box | undefined;
  readonly difficult: boolean;
  readonly size: Size | undefined;
}

/** The place of each column that is read. @throws DataError for a heading that lacks one, or has it twice */
function columnsOf(heading: readonly string[], path: string): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  heading.forEach((cell, place) => {
    const plain = cell.toLowerCase().replace(/[\s_-]/g, '');
    const column = Object.keys(COLUMNS).find((name) => COLUMNS[name]!.includes(plain));
    if (column === undefined) return;
    if (places.has(column)) throw new DataError(`${path}: two columns are the ${column}; remove one`);
    places.set(column, place);
  });
  const wanted = ['image', 'class', ...(SIDES.some((side) => places.has(side)) ? SIDES : [])];
  const missing = wanted.find((name) => !places.has(name));
  if (missing !== undefined)
    throw new DataError(
      `${path}: the first line names no column ${missing}${didYouMean(missing, heading)}; expected ${HEADING}`,
    );
  if (places.has('width') !== places.has('height'))
    throw new DataError(`${path}: width and height must both be there, or neither`);
  const slip = heading.find((cell) => places.get('difficult') === undefined && isSlip(cell));
  if (slip !== undefined)
    throw new DataError(`${path}: no column is called ${quote(slip)}; did you mean difficult?`);
  return places;
}

/** A heading that is nearly that of the optional column: other columns of a table are passed over. */
const isSlip = (cell: string) => /^dif/i.test(cell) && didYouMean(cell, ['difficult']) !== '';

/** The rows below the heading, and where its columns are. The delimiter is the one that parts the heading into most cells. */
function tableOf(text: string, path: string) {
  const [, setting, body = ''] = /^(?:sep=(.)\r?\n)?(.*)$/s.exec(text)!;
  const [first = ''] = body.trimStart().split(/\r?\n|\r/, 1);
  const cells = (delimiter: string) => first.split(delimiter).length;
  const delimiter = setting ?? DELIMITERS.toSorted((a, b) => cells(b) - cells(a))[0]!;
  try {
    const [heading, ...rows] = parseCsvRows(body, delimiter);
    if (heading === undefined) throw new DataError(`${path}: the file is empty; expected ${HEADING}`);
    return { heading: heading.cells, rows, offset: setting === undefined ? 0 : 1 };
  } catch (error) {
    throw error instanceof DataError ? error : new DataError(`${path}: ${messageOf(error)}`);
  }
}

function numberOf(text: string, where: string): number {
  const value = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
  if (!Number.isFinite(value))
    throw new DataError(`${where} is ${quote(text)}, expected a number such as 12 or 12.5`);
  return value;
}

function rowOf(cell: (column: string) => string, line: number, where: string): Row {
  const className = cell('class');
  const written = SIDES.map(cell);
  const filled = written.filter((text) => text !== '').length;
  if (filled !== 0 && filled !== 4)
    throw new DataError(`${where}: ${filled} of 4 coordinates; give all, or none for a class without a box`);
  if (filled === 4 && className === '') throw new DataError(`${where}: a box without a class`);
  const [x0, y0, x1, y1] =
    filled === 0 ? [] : written.map((text, i) => numberOf(text, `${where}: ${SIDES[i]}`));
  const difficult = cell('difficult').toLowerCase();
  if (!['', '0', '1', 'true', 'false'].includes(difficult))
    throw new DataError(`${where}: difficult is ${quote(difficult)}, expected 0 or 1`);
  const [width, height] = ['width', 'height'].map((side) => {
    const text = cell(side);
    const length = text === '' ? undefined : numberOf(text, `${where}: ${side}`);
    if (length !== undefined && (!Number.isInteger(length) || length < 1))
      throw new DataError(`${where}: ${side} is ${text}, expected a whole number from 1`);
    return length;
  });
  return {
    ...{ line, className, difficult: difficult === '1' || difficult === 'true' },
    box: x0 === undefined ? undefined : { x0, y0: y0!, x1: x1!, y1: y1! },
    size: width === undefined || height === undefined ? undefined : { width, height },
  };
}

/** @throws DataError naming the file and the line: what is wrong with the table itself, whatever the pictures are */
export async function readCsv({ path, corners = 'pixels', index }: Annotations): Promise<Truths> {
  const { heading, rows, offset } = tableOf(await readText(path, 'the table of boxes'), path);
  const columns = columnsOf(heading, path);
  const byPicture = new Map<string, Row[]>();
  const listed = new Map<string, { path: string } | { fault: string }>();
  const ids = new Map<string, string>();
  for (const { cells, line } of rows as readonly CsvRow[]) {
    const where = `${path}: line ${line + offset}`;
    if (cells.length !== heading.length)
      throw new DataError(`${where} has ${cells.length} cells, the heading ${heading.length}`);
    const cell = (column: string) => cells[columns.get(column) ?? -1]?.trim() ?? '';
    const name = cell('image')
      .replaceAll('\\', '/')
      .replace(/^(?:\.\/)+/, '');
    if (name === '') throw new DataError(`${where}: names no image`);
    const row = rowOf(cell, line + offset, where);
    let id = ids.get(name);
    if (id === undefined) {
      const found = index.find(checkedPath(name, where));
      id = 'path' in found ? found.path : name;
      ids.set(name, id);
      listed.set(id, 'path' in found ? found : { fault: `${where}: ${found.fault}` });
    }
    const others = byPicture.get(id);
    if (others === undefined) byPicture.set(id, [row]);
    else others.push(row);
  }
  if (listed.size === 0) throw new DataError(`${path}: has no row below its heading`);
  const all = [...byPicture.values()].flat();
  return {
    classes: [...new Set(all.map(({ className }) => className))].filter((name) => name !== '').sort(),
    hasBoxes: all.some(({ box }) => box !== undefined),
    listed,
    file: path,
    word: `row in ${basename(path)}`,
    load: async (picture) => {
      const own = byPicture.get(picture.id)!;
      const labels: number[] = [];
      const objects: ObjectTruth[] = [];
      let spoken = picture.size;
      for (const { line, className, box, difficult, size } of own) {
        const where = `${path}: line ${line}`;
        if (className === '') {
          if (own.length > 1)
            throw new DataError(`${where}: says that the image has no objects, another line names one`);
          continue;
        }
        const classIndex = picture.classIndexOf(className, where);
        labels.push(classIndex);
        if (box === undefined) continue;
        spoken = await annotatedSize(size, picture, where);
        const stored = boxOfCorners(box, corners, spoken, picture.size, where);
        objects.push({ className, classIndex, ...stored, difficult, truncated: false, occluded: false });
      }
      return { objects, labels, annotatedSize: spoken };
    },
  };
}
