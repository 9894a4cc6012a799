import { describe, expect, it } from 'vitest';
import { ahead } from '../../src/run/ahead.js';

const later = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe('ahead', () => {
  it('keeps the order of the items, whichever is made first', async () => {
    const made: number[] = [];
    const results: number[] = [];
    const make = async (item: number) => {
      await later(item === 0 ? 15 : 1);
      made.push(item);
      return item * 10;
    };
    for await (const result of ahead([0, 1, 2, 3], make, 3)) results.push(result);
    expect(results).toEqual([0, 10, 20, 30]);
    expect(made[0]).toBe(1);
  });

  it('never makes more than `depth` results ahead of the reader', async () => {
    let started = 0;
    let read = 0;
    const make = async (item: number) => {
      started++;
      return item;
    };
    for await (const _ of ahead(Array(20).keys(), make, 2)) {
      read++;
      await later(1);
      expect(started - read).toBeLessThanOrEqual(2);
    }
    expect(read).toBe(20);
  });

  it('throws where the failed result is read, not before', async () => {
    const read: number[] = [];
    const make = async (item: number) => {
      if (item === 2) throw new Error('broken');
      return item;
    };
    const reading = (async () => {
      for await (const item of ahead([0, 1, 2, 3], make, 4)) {
        await later(2);
        read.push(item);
      }
    })();
    await expect(reading).rejects.toThrow('broken');
    expect(read).toEqual([0, 1]);
  });
});
