import { describe, expect, it } from 'vitest';
import { absentClass, seedOf } from '../../../src/eval/perturbation/absent-class.js';

const classes = ['a', 'b', 'c', 'd', 'e'].map((id) => ({ id, name: id }));
// The network knows no class 3.
const network = { classes, members: (index: number) => (index === 3 ? [] : [index]) };
const box = { x0: 0, y0: 0, x1: 1, y1: 1 };
const truth = (id: string) => ({
  id,
  labels: [0],
  objects: [{ className: 'b', classIndex: 1, box, difficult: false, truncated: false, occluded: false }],
});
const scores = { of: (index: number) => [-9, -9, 2, -9, 1][index]! };

describe('absentClass', () => {
  it('never aims at what is there, labelled or annotated, nor at what the network does not know', () => {
    const ids = Array.from({ length: 40 }, (_, i) => `image ${i}`);
    const found = ids.map((id) => absentClass(truth(id), network, scores, 'random', 1));
    expect(new Set(found)).toEqual(new Set([2, 4]));
    expect(absentClass(truth('x'), network, scores, 'least-likely', 1)).toBe(4);
  });

  it('depends on the image and the seed alone', () => {
    const draw = (id: string, seed: number) => absentClass(truth(id), network, scores, 'random', seed);
    expect(draw('one', 1)).toBe(draw('one', 1));
    const seeds = Array.from({ length: 40 }, (_, seed) => draw('one', seed));
    expect(new Set(seeds).size).toBe(2);
    expect(seedOf('one', 1)).not.toBe(seedOf('one', 2));
    expect(Number.isSafeInteger(seedOf('one', 1))).toBe(true);
  });

  it('is none where everything is there', () => {
    const all = { ...truth('x'), labels: [0, 1, 2, 4] };
    expect(absentClass(all, network, scores, 'random', 1)).toBeUndefined();
  });
});
