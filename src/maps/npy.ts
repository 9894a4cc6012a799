import { DataError } from '../base/errors.js';
import { halfToFloat } from '../onnx/half.js';

/*
 * NumPy's array files (numpy.lib.format, versions 1 to 3): a magic word, a header that is a Python literal, and the numbers.
 * Libraries for it in JavaScript read trusted files: they take a header at its word. These files come from others.
 */

/** An array as it was saved: its numbers in C order, whatever order and byte order the file had. */
export interface NpyArray {
  /** NumPy's word for the type, without the byte order: `f4`, `i8`, `U`. */
  readonly type: string;
  readonly shape: readonly number[];
  /** Numbers, or texts for the types `U` and `S`. */
  readonly values: Float32Array | Float64Array | readonly string[];
}

const MAGIC = Buffer.from('\x93NUMPY', 'latin1');
/** A header of an array without fields has some hundred bytes. */
const MOST_HEADER = 65_536;
/** Dimensions of the largest array that is of use here are three. */
const MOST_DIMENSIONS = 8;

const LITTLE_HERE = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

type Reader = (view: DataView, at: number, little: boolean) => number;

const READERS: Readonly<Record<string, Reader>> = {
  // Its 16 bits; all of them are made numbers at the end.
  f2: (view, at, little) => view.getUint16(at, little),
  f4: (view, at, little) => view.getFloat32(at, little),
  f8: (view, at, little) => view.getFloat64(at, little),
  i1: (view, at) => view.getInt8(at),
  i2: (view, at, little) => view.getInt16(at, little),
  i4: (view, at, little) => view.getInt32(at, little),
  i8: (view, at, little) => Number(view.getBigInt64(at, little)),
  u1: (view, at) => view.getUint8(at),
  u2: (view, at, little) => view.getUint16(at, little),
  u4: (view, at, little) => view.getUint32(at, little),
  u8: (view, at, little) => Number(view.getBigUint64(at, little)),
};

interface Header {
  readonly type: string;
  readonly little: boolean;
  /** Bytes of an element. */
  readonly bytes: number;
  readonly fortran: boolean;
  readonly shape: readonly number[];
}

/**
 * Reads a NumPy array.
 * @param bytes of the whole file
 * @param most elements that the array may have
 * @throws DataError that begins with `where`: for what is no such file, a header that does not fit the bytes behind it, and types
 *   that hold no numbers; arrays of Python objects are pickled programs and never read
 */
export function readNpy(bytes: Buffer, where: string, most: number): NpyArray {
  const refuse = (what: string): never => {
    throw new DataError(`${where}: ${what}`);
  };
  if (bytes.length < 10 || !bytes.subarray(0, 6).equals(MAGIC)) return refuse('not a NumPy array file');
  const version = bytes[6]!;
  if (version < 1 || version > 3) return refuse(`version ${version} of the NumPy format is not known`);
  const start = version === 1 ? 10 : 12;
  if (bytes.length < start) return refuse('truncated within its header');
  const length = version === 1 ? bytes.readUInt16LE(8) : bytes.readUInt32LE(8);
  if (length > MOST_HEADER) return refuse(`a header of ${length} bytes`);
  if (start + length > bytes.length) return refuse('truncated within its header');
  const header = parseHeader(bytes.toString('utf8', start, start + length), refuse);
  const count = header.shape.reduce((product, side) => product * side, 1);
  const shape = `[${header.shape.join(',')}]`;
  if (count > most) return refuse(`an array ${shape} of ${count} elements; at most ${most} are read`);
  const data = bytes.subarray(start + length);
  if (data.length !== count * header.bytes) {
    return refuse(
      `its header says ${shape} of ${header.bytes} bytes each, which makes ${count * header.bytes}; ${data.length} bytes follow`,
    );
  }
  return { type: header.type, shape: header.shape, values: valuesOf(data, header, count) };
}

/** The three entries of the dictionary, in any order; anything else is none that NumPy writes. */
function parseHeader(text: string, refuse: (what: string) => never): Header {
  const [, inner] = /^\s*\{([\s\S]*)\}\s*$/.exec(text) ?? [];
  const entry = (key: string, value: string) =>
    new RegExp(`(?:^|,)\\s*'${key}'\\s*:\\s*(${value})\\s*(?=,|$)`).exec(inner ?? '')?.[1];
  const order = entry('fortran_order', 'True|False');
  const sides = entry('shape', '\\([^()]*\\)');
  if (inner === undefined || order === undefined || sides === undefined) {
    return refuse('its header is not one that NumPy writes');
  }
  const descr = entry('descr', "'[^']*'")?.slice(1, -1);
  if (descr === undefined) return refuse('an array with fields; save the maps as one plain array of floats');
  const [, sign, kind, size] = /^([<>|=]?)([a-zA-Z])(\d*)$/.exec(descr) ?? [];
  if (kind === 'O') return refuse('an array of Python objects (pickled), which is never read; save floats');
  const words = sides
    .slice(1, -1)
    .split(',')
    .map((word) => word.trim());
  const shape = (words.at(-1) === '' ? words.slice(0, -1) : words).map((word) =>
    /^\d{1,15}$/.test(word) ? Number(word) : refuse(`its shape ${sides} has the side ${word || 'nothing'}`),
  );
  if (shape.length > MOST_DIMENSIONS) return refuse(`an array of ${shape.length} dimensions`);
  const isText = kind === 'U' || kind === 'S';
  if (!isText && READERS[`${kind}${size}`] === undefined) {
    return refuse(`an array of the type ${descr}; float16, float32 and float64 are read, and whole numbers`);
  }
  const bytes = Number(size) * (kind === 'U' ? 4 : 1);
  // `=` is the byte order of the machine that wrote it, which a file cannot know.
  if (sign === '=' || (isText && bytes === 0)) return refuse(`an array of the type ${descr}`);
  return {
    ...{ type: isText ? kind : `${kind}${size}`, little: sign !== '>', bytes },
    ...{ fortran: order === 'True', shape },
  };
}

function valuesOf(data: Buffer, { type, little, bytes, fortran, shape }: Header, count: number) {
  const places = fortran && shape.length > 1 ? fortranPlaces(shape) : undefined;
  const at = (i: number) => (places?.(i) ?? i) * bytes;
  if (type === 'U' || type === 'S') {
    return Array.from({ length: count }, (_, i) => textOf(data.subarray(at(i), at(i) + bytes), type, little));
  }
  if (places === undefined && little && LITTLE_HERE && (type === 'f4' || type === 'f8')) {
    // A copy is aligned, and is many times faster than number by number.
    const own = Uint8Array.from(data).buffer;
    return type === 'f4' ? new Float32Array(own) : new Float64Array(own);
  }
  const read = READERS[type]!;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const values = arrayFor(type, count);
  for (let i = 0; i < count; i++) values[i] = read(view, at(i), little);
  return values instanceof Uint16Array ? halfToFloat('float16', values) : values;
}

function arrayFor(type: string, count: number): Uint16Array | Float32Array | Float64Array {
  if (type === 'f2') return new Uint16Array(count);
  return type === 'f4' ? new Float32Array(count) : new Float64Array(count);
}

function textOf(bytes: Buffer, type: string, little: boolean): string {
  if (type === 'S') return bytes.toString('utf8').replace(/\0+$/, '');
  let text = '';
  for (let i = 0; i < bytes.length; i += 4) {
    const code = little ? bytes.readUInt32LE(i) : bytes.readUInt32BE(i);
    if (code !== 0) text += code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
  }
  return text;
}

/** Where element i in C order lies in Fortran order. */
function fortranPlaces(shape: readonly number[]): (i: number) => number {
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((product, side) => product * side, 1));
  return (i) => {
    let rest = i;
    let place = 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      place += (rest % shape[axis]!) * strides[axis]!;
      rest = Math.floor(rest / shape[axis]!);
    }
    return place;
  };
}

/** Bytes of an array file as NumPy writes it (version 1, C order, little-endian). */
export function writeNpy(values: Float32Array | Float64Array | Int32Array, shape: readonly number[]): Buffer {
  const type = values instanceof Int32Array ? 'i4' : values instanceof Float32Array ? 'f4' : 'f8';
  const sides = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const literal = `{'descr': '<${type}', 'fortran_order': False, 'shape': (${sides}), }`;
  // The numbers begin at a multiple of 64.
  const header = `${literal.padEnd(Math.ceil((literal.length + 11) / 64) * 64 - 11)}\n`;
  const lead = Buffer.alloc(10);
  MAGIC.copy(lead);
  lead.writeUInt8(1, 6);
  lead.writeUInt16LE(header.length, 8);
  const bytes = values.BYTES_PER_ELEMENT;
  const data = Buffer.alloc(values.length * bytes);
  for (let i = 0; i < values.length; i++) {
    if (type === 'i4') data.writeInt32LE(values[i]!, i * bytes);
    else if (type === 'f4') data.writeFloatLE(values[i]!, i * bytes);
    else data.writeDoubleLE(values[i]!, i * bytes);
  }
  return Buffer.concat([lead, Buffer.from(header, 'latin1'), data]);
}
