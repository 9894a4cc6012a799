import { DataError } from '../base/errors.js';
import type { Size } from '../base/size.js';
import { decodeGifLzw } from './gif-lzw.js';
import type { RgbImage } from './rgb-image.js';

/*
 * Why own code: every decoder at hand hands out blended pixels, and a pixel of the transparent index is then black, where
 * Pillow gives it the palette's colour. The format (GIF89a) is small, and only the first picture is wanted.
 */

/** The first picture of a file, and where it stands. */
interface FirstFrame {
  /** The screen, widened where the picture sticks out. */
  readonly size: Size;
  readonly left: number;
  readonly top: number;
  readonly frame: Size;
  readonly interlaced: boolean;
  /** RGB triples; undefined: the index is the grey level. */
  readonly palette: Uint8Array | undefined;
  /** What stands outside the picture. */
  readonly ground: number;
  /** Where the code's size stands, and then its blocks. */
  readonly data: number;
}

const TRAILER = 0x3b;
const EXTENSION = 0x21;
const PICTURE = 0x2c;
const GRAPHIC_CONTROL = 0xf9;

/** @throws DataError without the file's name, like decodeGif */
export function gifSize(bytes: Uint8Array): Size {
  return firstFrame(bytes).size;
}

/**
 * The first picture as Pillow's `convert('RGB')` gives it, on the whole screen. Transparent pixels have the colour of
 * their palette entry. Outside the picture is the colour of the transparent index, or else of index 0.
 *
 * @throws DataError without the file's name: cut off, corrupt, or without a picture
 */
export function decodeGif(bytes: Uint8Array): RgbImage {
  const { size, left, top, frame, interlaced, palette, ground, data } = firstFrame(bytes);
  const { width, height } = size;
  const samples = decodeGifLzw(joinBlocks(bytes, data + 1), bytes[data]!, frame.width * frame.height);
  const screen = new Uint8Array(width * height).fill(ground);
  rowOrder(frame.height, interlaced).forEach((y, i) => {
    const row = samples.subarray(i * frame.width, (i + 1) * frame.width);
    screen.set(row, (top + y) * width + left);
  });
  return { data: colored(screen, palette), width, height };
}

function firstFrame(bytes: Uint8Array): FirstFrame {
  const byte = (at: number): number => {
    if (at >= bytes.length) throw new DataError('the GIF is truncated');
    return bytes[at]!;
  };
  const word = (at: number): number => byte(at) | (byte(at + 1) << 8);
  const colors = (at: number, flags: number): Uint8Array => {
    const length = 3 << ((flags & 7) + 1);
    byte(at + length - 1);
    return bytes.subarray(at, at + length);
  };
  const flags = byte(10);
  const global = flags & 0x80 ? colors(13, flags) : undefined;
  let at = 13 + (global?.length ?? 0);
  let transparent: number | undefined;
  for (;;) {
    const kind = at < bytes.length ? byte(at++) : TRAILER;
    if (kind === TRAILER) throw new DataError('the GIF holds no picture');
    if (kind === PICTURE) break;
    // Pillow passes over bytes between the blocks.
    if (kind !== EXTENSION) continue;
    if (byte(at++) === GRAPHIC_CONTROL && byte(at) >= 4 && byte(at + 1) & 1) transparent = byte(at + 4);
    while (byte(at) !== 0) at += byte(at) + 1;
    at++;
  }
  const [left, top, width, height] = [word(at), word(at + 2), word(at + 4), word(at + 6)];
  if (width === 0 || height === 0) throw new DataError('the GIF holds a picture of no size');
  const frameFlags = byte(at + 8);
  const local = frameFlags & 0x80 ? colors(at + 9, frameFlags) : undefined;
  const data = at + 9 + (local?.length ?? 0);
  byte(data);
  return {
    size: { width: Math.max(word(6), left + width), height: Math.max(word(8), top + height) },
    ...{ left, top, frame: { width, height }, interlaced: (frameFlags & 0x40) !== 0 },
    ...{ palette: usedPalette(local, global), ground: transparent ?? 0, data },
  };
}

/** A palette whose colours are the grey levels of their numbers is none to Pillow. */
function usedPalette(local: Uint8Array | undefined, global: Uint8Array | undefined): Uint8Array | undefined {
  const isGrey = (palette: Uint8Array) => palette.every((value, i) => value === Math.floor(i / 3));
  if (local === undefined) return global === undefined || isGrey(global) ? undefined : global;
  if (!isGrey(local)) return local;
  // Pillow colours such a picture with the palette that is not its own.
  if (global !== undefined && !isGrey(global)) {
    throw new DataError(
      'a GIF whose picture has a grey palette of its own beside the file’s is not read; save it as PNG',
    );
  }
  return undefined;
}

function joinBlocks(bytes: Uint8Array, start: number): Uint8Array {
  const blocks: Uint8Array[] = [];
  // A block that is not all there counts as none.
  for (let at = start; bytes[at] !== 0 && at + bytes[at]! < bytes.length; at += bytes[at]! + 1) {
    blocks.push(bytes.subarray(at + 1, at + 1 + bytes[at]!));
  }
  return Buffer.concat(blocks);
}

/** The rows in the order in which they are stored. */
function rowOrder(height: number, interlaced: boolean): readonly number[] {
  const every = (first: number, step: number) =>
    Array.from({ length: Math.max(0, Math.ceil((height - first) / step)) }, (_, i) => first + i * step);
  if (!interlaced) return every(0, 1);
  return [...every(0, 8), ...every(4, 8), ...every(2, 4), ...every(1, 2)];
}

/** Without a palette an index is a grey level; beyond a palette it is black. */
function colored(indices: Uint8Array, palette: Uint8Array | undefined): Uint8Array {
  const table = Uint8Array.from({ length: 3 * 256 }, (_, i) => (palette ? 0 : Math.floor(i / 3)));
  if (palette !== undefined) table.set(palette);
  const rgb = new Uint8Array(3 * indices.length);
  for (let i = 0; i < indices.length; i++) {
    const color = 3 * indices[i]!;
    rgb[3 * i] = table[color]!;
    rgb[3 * i + 1] = table[color + 1]!;
    rgb[3 * i + 2] = table[color + 2]!;
  }
  return rgb;
}
