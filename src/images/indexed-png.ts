import { inflateSync } from 'node:zlib';
import { DataError, messageOf } from '../base/errors.js';
import { readBytes } from '../base/read-file.js';
import type { Size } from '../base/size.js';

/** The stored samples of a palette or grey PNG, one byte each: `data[y * width + x]`. */
interface IndexImage extends Size {
  readonly data: Uint8Array;
}

const SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
const GREY = 0;
const PALETTE = 3;
const MAX_PIXELS = 100_000_000;
const MAX_BYTES = 256 * 1024 * 1024;

/**
 * Reads a PNG's palette indices (or grey values, for a grey PNG) as stored. Image libraries replace indices by the
 * palette's colours, which loses the class number as soon as a palette is not the expected one. So the few steps of
 * the format (PNG specification, 3rd edition, 7 and 9) are done here. Up to 8 bits a sample, not interlaced.
 *
 * Throws DataError naming the file.
 *
 * @param accept is told the size that the header claims, and throws before anything of that size is made
 */
export async function readIndexedPng(
  path: string,
  accept: (size: Size) => void = () => {},
): Promise<IndexImage> {
  const bytes = await readBytes(path, 'the mask', MAX_BYTES);
  const header = named(path, () => readHeader(bytes));
  accept(header);
  return named(path, () => decodeIndexedPng(bytes, header));
}

function named<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new DataError(`${path}: ${messageOf(error)}; expected a palette or grey PNG of class numbers`);
  }
}

interface Header extends Size {
  /** Bits of a sample: 1, 2, 4 or 8. */
  readonly depth: number;
}

function readHeader(bytes: Buffer): Header {
  if (!bytes.subarray(0, 8).equals(SIGNATURE)) throw new DataError('not a PNG file');
  const header = chunks(bytes, 'IHDR')[0];
  if (header === undefined || header.length < 13) throw new DataError('the PNG header is missing');
  const width = header.readUInt32BE(0);
  const height = header.readUInt32BE(4);
  const depth = header[8]!;
  const colorType = header[9]!;
  if (colorType !== GREY && colorType !== PALETTE) throw new DataError('the PNG holds colours, not indices');
  if (![1, 2, 4, 8].includes(depth)) throw new DataError(`the PNG has ${depth} bits a sample`);
  if (header[12] !== 0) throw new DataError('the PNG is interlaced');
  if (width === 0 || height === 0 || width * height > MAX_PIXELS)
    throw new DataError('the PNG has a bad size');
  return { width, height, depth };
}

function decodeIndexedPng(bytes: Buffer, { width, height, depth }: Header): IndexImage {
  const rowBytes = Math.ceil((width * depth) / 8);
  const length = height * (rowBytes + 1);
  const filtered = inflateSync(Buffer.concat(chunks(bytes, 'IDAT')), { maxOutputLength: length });
  if (filtered.length < length) throw new DataError('the PNG is truncated');
  return { data: unpack(unfilter(filtered, rowBytes, height), width, height, depth), width, height };
}

function chunks(bytes: Buffer, type: string): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 8; at + 8 <= bytes.length; ) {
    const end = at + 8 + bytes.readUInt32BE(at);
    if (end > bytes.length) throw new DataError('the PNG is truncated');
    if (bytes.toString('latin1', at + 4, at + 8) === type) chunks.push(bytes.subarray(at + 8, end));
    at = end + 4;
  }
  return chunks;
}

/** Undoes the row filters; with at most 8 bits a sample, the "pixel to the left" is always one byte to the left. */
function unfilter(filtered: Uint8Array, rowBytes: number, height: number): Uint8Array {
  const out = new Uint8Array(rowBytes * height);
  for (let y = 0; y < height; y++) {
    const filter = filtered[y * (rowBytes + 1)]!;
    if (filter > 4) throw new DataError('the PNG is corrupt');
    const from = y * (rowBytes + 1) + 1;
    const to = y * rowBytes;
    for (let x = 0; x < rowBytes; x++) {
      const left = x > 0 ? out[to + x - 1]! : 0;
      const up = y > 0 ? out[to + x - rowBytes]! : 0;
      const upLeft = x > 0 && y > 0 ? out[to + x - rowBytes - 1]! : 0;
      out[to + x] = filtered[from + x]! + predict(filter, left, up, upLeft);
    }
  }
  return out;
}

function predict(filter: number, left: number, up: number, upLeft: number): number {
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  if (filter === 4) return paeth(left, up, upLeft);
  return 0;
}

function paeth(left: number, up: number, upLeft: number): number {
  const toLeft = Math.abs(up - upLeft);
  const toUp = Math.abs(left - upLeft);
  const toUpLeft = Math.abs(left + up - 2 * upLeft);
  if (toLeft <= toUp && toLeft <= toUpLeft) return left;
  return toUp <= toUpLeft ? up : upLeft;
}

/** One byte per sample, from `depth` bits per sample, the highest bits first. */
function unpack(rows: Uint8Array, width: number, height: number, depth: number): Uint8Array {
  if (depth === 8) return rows;
  const rowBytes = rows.length / height;
  const perByte = 8 / depth;
  const mask = (1 << depth) - 1;
  const out = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const byte = rows[y * rowBytes + Math.floor(x / perByte)]!;
      out[y * width + x] = (byte >> (8 - depth * ((x % perByte) + 1))) & mask;
    }
  }
  return out;
}
