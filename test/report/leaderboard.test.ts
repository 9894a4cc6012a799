import { describe, expect, it } from 'vitest';
import type { RowOutcomes } from '../../src/report/image-outcomes.js';
import { leaderboard } from '../../src/report/leaderboard.js';
import { formatBoard } from '../../src/report/leaderboard-formats.js';

const IMAGES = 200;
const MEASURE = 'loc_top1_error';
const ids = Array.from({ length: IMAGES }, (_, i) => `i${i}`);

/** A row that is wrong on the images from `from` up to but without `to`. */
function row(method: string, from: number, to: number, images: readonly string[] = ids): RowOutcomes {
  const outcomes = Uint8Array.from(images, (id) =>
    Number(id.slice(1)) >= from && Number(id.slice(1)) < to ? 1 : 0,
  );
  const names = { network: 'net', method, layer: '', turn: 1 };
  return { ...names, images, outcomes: new Map([[MEASURE, outcomes]]) };
}
const ranked = (...rows: RowOutcomes[]) =>
  leaderboard([{ name: 'a', rows }], MEASURE).map((one) => [one.row.method, one.rank, one.best, one.worst]);

describe('leaderboard', () => {
  it('gives rows one rank that the test cannot tell apart', () => {
    expect(ranked(row('worst', 0, 150), row('good', 0, 20), row('alike', 1, 22))).toEqual([
      ['good', 1, 1, 2],
      ['alike', 1, 1, 2],
      ['worst', 3, 3, 3],
    ]);
  });

  it('joins the ends of a chain, and says by the range that they differ', () => {
    // Neighbours differ on 5 images, all one way (p = 0.0625); the ends differ on 10 (p = 0.002, times 3).
    expect(ranked(row('c', 0, 50), row('b', 0, 45), row('a', 0, 40))).toEqual([
      ['a', 1, 1, 2],
      ['b', 1, 1, 3],
      ['c', 1, 2, 3],
    ]);
  });

  it('accounts for the number of comparisons', () => {
    // Six flips one way: p = 0.031 alone.
    const two = [row('a', 0, 40), row('b', 0, 46)];
    expect(ranked(...two).map(([, rank]) => rank)).toEqual([1, 2]);
    expect(ranked(...two, row('c', 0, 43)).map(([, rank]) => rank)).toEqual([1, 1, 1]);
  });

  it('does not mind the order of the images, and refuses other ones', () => {
    const turned = row('turned', 0, 40, ids.toReversed());
    const board = leaderboard(
      [
        { name: 'a', rows: [row('a', 0, 40)] },
        { name: 'b', rows: [turned] },
      ],
      MEASURE,
    );
    expect(board.map(({ rank, p, behind }) => [rank, p, behind?.estimate])).toEqual([
      [1, undefined, undefined],
      [1, 1, 0],
    ]);
    const other = { name: 'b', rows: [row('x', 0, 40, [...ids.slice(1), 'i999'])] };
    expect(() => leaderboard([{ name: 'a', rows: [row('a', 0, 40)] }, other], MEASURE)).toThrow(
      'i0 is not in b',
    );
  });

  it('refuses results that count other images', () => {
    const rows = [row('x', 0, 40)];
    rows[0]!.outcomes.get(MEASURE)![7] = 255;
    expect(() =>
      leaderboard(
        [
          { name: 'a', rows: [row('a', 0, 40)] },
          { name: 'b', rows },
        ],
        MEASURE,
      ),
    ).toThrow('b: i7 counts in one of the results only; a leaderboard is of results on the same images');
  });

  it('is printed with its rule', () => {
    const board = leaderboard([{ name: 'a|b', rows: [row('x', 0, 40)] }], MEASURE);
    const markdown = formatBoard(board, MEASURE, 'markdown');
    expect(markdown).toContain('| 1 | 1 | a&#124;b | net | x |');
    expect(formatBoard(board, MEASURE, 'csv').split('\n')[1]).toMatch(
      /^1,1,1,a\|b,net,x,,,loc_top1_error,200,20\.0000,/,
    );
    expect(formatBoard(board, MEASURE, 'table')).toContain('A rank ends where each row above is told apart');
  });
});
