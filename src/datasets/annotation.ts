import { XMLParser, XMLValidator } from 'fast-xml-parser';
import type { Box } from '../base/box.js';
import { DataError, messageOf, shortened } from '../base/errors.js';
import { quote } from '../base/quote.js';
import type { ObjectTruth } from '../base/sample.js';
import type { Size } from '../base/size.js';
import { readText } from './files.js';

/** One object of an annotation file; its box is as written, in the convention of the file's data set. */
export interface AnnotatedObject
  extends Pick<ObjectTruth, 'className' | 'difficult' | 'truncated' | 'occluded'> {
  readonly box: Box;
}

/** The part of a PASCAL VOC annotation file that is used; ImageNet's files have the same form. */
export interface Annotation {
  readonly size: Size;
  readonly objects: readonly AnnotatedObject[];
}

const PARSER = new XMLParser({
  ignoreAttributes: true,
  parseTagValue: false,
  // Annotations need no entities, and expanding them is how a small XML file becomes a large one.
  processEntities: false,
  isArray: (_name, path) => path === 'annotation.object',
});

/** An annotation has some kB, and an XML tree takes many times its file's size in memory. */
const MAX_BYTES = 4 * 1024 * 1024;

/**
 * Reads one annotation file. Only the objects' own boxes: nested `<part>`s are left out. The flags difficult,
 * truncated and occluded are false where missing. Throws DataError naming the file, the object (counted from 1) and
 * the field.
 */
export async function readAnnotation(path: string): Promise<Annotation> {
  const text = await readText(path, 'the annotation file', MAX_BYTES);
  const root = record(parseXml(text, path).annotation, `${path}: <annotation>`);
  const size = record(root.size, `${path}: <size>`);
  const objects = (root.object ?? []) as readonly unknown[];
  return {
    size: {
      width: sideLength(size.width, `${path}: <size> <width>`),
      height: sideLength(size.height, `${path}: <size> <height>`),
    },
    objects: objects.map((object, index) => readObject(object, `${path}: object ${index + 1}`)),
  };
}

type XmlRecord = Readonly<Record<string, unknown>>;

function parseXml(text: string, path: string): XmlRecord {
  try {
    const valid = XMLValidator.validate(text);
    if (valid !== true) throw new DataError(`${messageOf(valid.err.msg)} (line ${valid.err.line})`);
    return PARSER.parse(text) as XmlRecord;
  } catch (error) {
    // The parser repeats names of any length.
    throw new DataError(`${path}: not well-formed XML: ${shortened(messageOf(error), 200)}`);
  }
}

function readObject(value: unknown, where: string): AnnotatedObject {
  const object = record(value, where);
  const box = record(object.bndbox, `${where}: <bndbox>`);
  return {
    className: filled(object.name, `${where}: <name>`),
    box: {
      x0: finite(box.xmin, `${where}: <xmin>`),
      y0: finite(box.ymin, `${where}: <ymin>`),
      x1: finite(box.xmax, `${where}: <xmax>`),
      y1: finite(box.ymax, `${where}: <ymax>`),
    },
    difficult: flag(object.difficult, `${where}: <difficult>`),
    truncated: flag(object.truncated, `${where}: <truncated>`),
    occluded: flag(object.occluded, `${where}: <occluded>`),
  };
}

function record(value: unknown, where: string): XmlRecord {
  if (value === undefined) throw new DataError(`${where} is missing`);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new DataError(`${where} must hold other elements, once`);
  }
  return value as XmlRecord;
}

function filled(value: unknown, where: string): string {
  if (value === undefined || value === '') throw new DataError(`${where} is missing`);
  if (typeof value !== 'string') throw new DataError(`${where} must hold text, once`);
  return value;
}

function finite(value: unknown, where: string): number {
  const text = filled(value, where);
  const number = /^[-+]?[0-9.]+(e[-+]?[0-9]+)?$/i.test(text) ? Number(text) : Number.NaN;
  if (!Number.isFinite(number)) throw new DataError(`${where} is ${quote(text)}, expected a number`);
  return number;
}

function sideLength(value: unknown, where: string): number {
  const length = finite(value, where);
  if (!Number.isInteger(length) || length < 1)
    throw new DataError(`${where} is ${length}, expected 1 or more`);
  return length;
}

function flag(value: unknown, where: string): boolean {
  if (value === undefined || value === '') return false;
  if (value !== '0' && value !== '1')
    throw new DataError(`${where} is ${quote(String(value))}, expected 0 or 1`);
  return value === '1';
}
