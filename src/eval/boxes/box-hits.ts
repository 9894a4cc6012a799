import { type BestIous, BOX_IOUS, LEVELS } from './max-box-acc.js';

const ROW = Math.ceil(LEVELS / 8);

/** Rows of packed hits: the largest contour's at each IoU of BOX_IOUS, then any contour's. */
export const HIT_ROWS = 2 * BOX_IOUS.length;

/** Bytes of `packHits`. */
export const HIT_BYTES = HIT_ROWS * ROW;

/** One image in 192 bytes: [HIT_ROWS, LEVELS] bits, whether the best IoU reaches δ at the level. */
export function packHits({ largest, any }: BestIous): Uint8Array {
  const packed = new Uint8Array(HIT_BYTES);
  [largest, any].forEach((ious, side) => {
    BOX_IOUS.forEach((least, d) => {
      const start = (side * BOX_IOUS.length + d) * ROW;
      for (let level = 0; level < LEVELS; level++) {
        if (ious[level]! >= least) packed[start + (level >> 3)]! |= 1 << (level & 7);
      }
    });
  });
  return packed;
}

/** @param row 0 … HIT_ROWS − 1 */
export function isHit(packed: Uint8Array, row: number, level: number): boolean {
  return ((packed[row * ROW + (level >> 3)]! >> (level & 7)) & 1) === 1;
}
