import type { Constant } from './graph.js';
import { holdsHalfNaN } from './half.js';
import { StoredConstant } from './stored.js';
import { bytesOf } from './tensor.js';

/** float32 numbers checked at a time. */
const CHUNK = 1 << 14;

/**
 * Whether a constant of 16 or 32 bits holds a NaN; infinities, which masks and bounds use, are none. Works on the bits of an
 * aligned chunk at a time: the weights lie unaligned in the file, and a copy of all would double VGG-16's 553 MB.
 */
export function holdsNaN(constant: Constant): boolean {
  const { dtype } = constant;
  if (dtype === 'float16' || dtype === 'bfloat16') return holdsHalfNaN(dtype, constant.data as Uint16Array);
  if (dtype !== 'float32') return false;
  for (const piece of constant instanceof StoredConstant ? constant.pieces() : [bytesOf(constant)]) {
    if (bytesHoldNaN(piece)) return true;
  }
  return false;
}

function bytesHoldNaN(bytes: Uint8Array): boolean {
  const words = new Uint32Array(Math.min(CHUNK, bytes.length / 4));
  const view = new Uint8Array(words.buffer);
  for (let start = 0; start < bytes.length; start += view.length) {
    const part = bytes.subarray(start, start + view.length);
    view.set(part);
    if (anyNaN(words, part.length / 4)) return true;
  }
  return false;
}

/** All exponent bits set and a mantissa that is not zero. */
function anyNaN(words: Uint32Array, count: number): boolean {
  for (let i = 0; i < count; i++) if ((words[i]! & 0x7fffffff) > 0x7f800000) return true;
  return false;
}
