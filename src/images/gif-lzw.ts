import { DataError } from '../base/errors.js';

/** The longest code of GIF has 12 bits. */
const MAX_BITS = 12;
const TABLE = 1 << MAX_BITS;

/**
 * The samples that GIF's LZW code stands for, `count` of them; what follows is not read.
 *
 * @param blocks the data of the sub-blocks, joined
 * @param minimumBits the bits of a sample, as the file states them
 * @throws DataError without the file's name: the code is no such code, or ends too early
 */
export function decodeGifLzw(blocks: Uint8Array, minimumBits: number, count: number): Uint8Array {
  if (minimumBits > MAX_BITS) throw new DataError(`the GIF has codes of ${minimumBits} bits`);
  const clear = 1 << minimumBits;
  const end = clear + 1;
  /** A code's text is its prefix's, and then its last sample. */
  const prefix = new Uint16Array(TABLE);
  const last = new Uint8Array(TABLE);
  const reversed = new Uint8Array(TABLE + 1);
  const out = new Uint8Array(count);
  let [bits, next, before, first] = [minimumBits + 1, clear + 2, -1, 0];
  let [buffer, bufferBits, at, written] = [0, 0, 0, 0];
  while (written < count) {
    while (bufferBits < bits) {
      if (at >= blocks.length) throw new DataError('the GIF is truncated');
      buffer |= blocks[at++]! << bufferBits;
      bufferBits += 8;
    }
    const code = buffer & ((1 << bits) - 1);
    buffer >>>= bits;
    bufferBits -= bits;
    if (code === clear) {
      [bits, next, before] = [minimumBits + 1, clear + 2, -1];
      continue;
    }
    if (code === end) throw new DataError('the GIF ends before its last pixel');
    if (before < 0 ? code > clear : code > next) throw new DataError('the GIF is corrupt');
    let length = 0;
    let rest = code;
    // The code that is being made: the text before and its own first sample once more.
    if (before >= 0 && code === next) {
      reversed[length++] = first;
      rest = before;
    }
    while (rest >= clear) {
      reversed[length++] = last[rest]!;
      rest = prefix[rest]!;
    }
    reversed[length++] = rest;
    first = rest;
    if (before >= 0 && next < TABLE) {
      prefix[next] = before;
      last[next] = first;
      if (next === (1 << bits) - 1 && bits < MAX_BITS) bits++;
      next++;
    }
    before = code;
    while (length > 0 && written < count) out[written++] = reversed[--length]!;
  }
  return out;
}
