import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../src/run/journal/entries.js';
import { batchesOf } from '../../../src/run/queue/batch-job.js';
import { Ledger } from '../../../src/run/queue/ledger.js';

const work = (...positions: readonly (readonly number[])[]) =>
  positions.map((list) => ({ positions: list, forPictures: new Set<number>() }));
const entries = (at: readonly number[]): Entry[] =>
  at.map((position) => ({ at: position, id: `i${position}`, failed: 'x' }));

describe('batches', () => {
  it('have the same bounds and names whatever is left', () => {
    expect([...batchesOf(work([0, 1, 2, 3, 4], [4, 9]), 2)]).toEqual([
      { id: 'n0-0-2', network: 0, at: [0, 1] },
      { id: 'n0-2-2', network: 0, at: [2, 3] },
      { id: 'n0-4-2', network: 0, at: [4] },
      { id: 'n1-4-2', network: 1, at: [4] },
      { id: 'n1-8-2', network: 1, at: [9] },
    ]);
    expect([...batchesOf(work([3]), 2)]).toEqual([{ id: 'n0-2-2', network: 0, at: [3] }]);
    expect([...batchesOf(work([], []), 2)]).toEqual([]);
  });
});

describe('the ledger', () => {
  it('sends what did not come again, and takes nothing twice', () => {
    const ledger = new Ledger(work([0, 1, 2, 3]), 2);
    expect(ledger.next(9).map(({ id }) => id)).toEqual(['n0-0-2', 'n0-2-2']);
    expect(ledger.take(0, entries([0, 2])).map(({ at }) => at)).toEqual([0, 2]);
    expect(ledger.take(0, entries([0, 2, 7]))).toEqual([]);
    ledger.settle('n0-0-2');
    expect(ledger.next(9)).toEqual([{ id: 'n0-0-2', network: 0, at: [1] }]);
    expect(ledger.out).toHaveLength(2);
    ledger.take(0, entries([1, 3]));
    ledger.settle('n0-0-2');
    ledger.settle('n0-2-2');
    expect([ledger.left, ledger.outCount, ledger.next(9)]).toEqual([0, 0, []]);
  });

  it('gets every image once, whatever is lost, cut short or delivered twice', () => {
    const lists = fc.array(fc.uniqueArray(fc.nat(40), { maxLength: 20 }), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(
        lists,
        fc.integer({ min: 1, max: 7 }),
        fc.infiniteStream(fc.nat(9)),
        (networks, size, luck) => {
          const wanted = networks.map((list) => list.toSorted((a, b) => a - b));
          const ledger = new Ledger(work(...wanted), size);
          const got = wanted.map((): number[] => []);
          for (let round = 0; ledger.left > 0 && round < 10_000; round++) {
            ledger.next(luck.next().value! + 1);
            for (const { id, network, at } of ledger.out) {
              const chance = luck.next().value!;
              if (chance < 3) continue;
              const some = chance < 5 ? at.slice(1) : at;
              for (let time = chance > 7 ? 0 : 1; time < 2; time++) {
                got[network]!.push(...ledger.take(network, entries(some)).map((entry) => entry.at));
              }
              ledger.settle(id);
            }
          }
          expect(ledger.left).toBe(0);
          expect(got.map((list) => list.toSorted((a, b) => a - b))).toEqual(wanted);
        },
      ),
    );
  });
});
