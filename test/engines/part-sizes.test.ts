import { describe, expect, it } from 'vitest';
import { PartSizes } from '../../src/engines/part-sizes.js';

/** The sizes of so many batches of n, each part of which takes as long as `ms` says. */
function sizesOf(sizes: PartSizes, n: number, batches: number, ms: (size: number) => number): number[] {
  return Array.from({ length: batches }, () => {
    const size = sizes.next(n);
    sizes.took(n, Math.ceil(n / size) * ms(size));
    return size;
  });
}

/** Whether batches of n are cut in the fastest way that was found: no time changes it any more. */
function isDone(sizes: PartSizes, n: number): boolean {
  const size = sizes.next(n);
  for (let tries = 0; tries < 4; tries++) sizes.took(n, 0);
  return sizes.next(n) === size;
}

describe('PartSizes', () => {
  it('halves as long as that is faster, and keeps to the fastest', () => {
    // 8 images: 80 at once, 60 in two parts, 64 in four.
    const times: Record<number, number> = { 8: 80, 4: 30, 2: 16, 1: 20 };
    const sizes = new PartSizes();
    expect(sizesOf(sizes, 8, 15, (size) => times[size]!)).toEqual([
      8, 8, 8, 8, 4, 4, 4, 4, 2, 2, 2, 2, 4, 4, 4,
    ]);
    expect(isDone(sizes, 8)).toBe(true);
  });

  it('keeps batches whole where parts are no faster, or hardly', () => {
    const sizes = new PartSizes();
    expect(sizesOf(sizes, 4, 10, (size) => (size === 4 ? 100 : 49))).toEqual([4, 4, 4, 4, 2, 2, 2, 2, 4, 4]);
  });

  it('goes down to single images', () => {
    const sizes = new PartSizes();
    expect(sizesOf(sizes, 3, 13, (size) => size * size)).toEqual([3, 3, 3, 3, 2, 2, 2, 2, 1, 1, 1, 1, 1]);
  });

  it('does not count a size’s first batch, nor the slower of the others', () => {
    const sizes = new PartSizes();
    for (const ms of [900, 70, 100, 110]) sizes.took(2, ms);
    for (const ms of [900, 80, 60, 90]) sizes.took(2, ms);
    expect(sizes.next(2)).toBe(1);
  });

  it('searches for each batch size on its own, and not for single images', () => {
    const sizes = new PartSizes();
    sizesOf(sizes, 4, 12, (size) => size * size);
    expect([sizes.next(4), sizes.next(3), sizes.next(1)]).toEqual([1, 3, 1]);
    expect([isDone(sizes, 3), isDone(sizes, 1)]).toEqual([false, true]);
  });
});
