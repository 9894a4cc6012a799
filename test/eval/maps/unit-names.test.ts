import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NetworkRecords } from '../../../src/eval/experiment.js';
import { packFloats, unpackFloats } from '../../../src/eval/float-text.js';
import { chanceOfAny, extremes, namedUnits } from '../../../src/eval/maps/unit-names.js';
import { namedNetwork, saysByChance, saysOf } from '../../../src/experiments/neuron-importance/names.js';
import type { NeuronRecord } from '../../../src/experiments/neuron-importance/record.js';

describe('packFloats', () => {
  it('keeps every bit', () => {
    fc.assert(
      fc.property(fc.float32Array({ noNaN: true }), (values) => {
        expect(unpackFloats(packFloats(values))).toEqual(values);
      }),
    );
  });
});

const image = (concepts: readonly number[], ...active: number[]) => ({
  concepts,
  active: Float32Array.from(active),
});

describe('namedUnits', () => {
  // Unit 0 is high where concept 1 is, unit 1 is dead; concept 0 is everywhere, concept 2 in one image alone.
  const naming = [image([0, 1], 5, 1), image([0, 1, 2], 4, 1), image([0], 1, 1), image([0], 2, 1)];

  it('names on some images, tries on others, and leaves the dead unnamed', () => {
    const heldOut = [image([1], 3, 0), image([], 1, 0), image([], 4, 0)];
    expect(namedUnits(naming, heldOut, 3, 2)).toEqual([
      { concept: 1, auc: 1, heldOut: 0.5 },
      { concept: undefined, auc: undefined, heldOut: undefined },
    ]);
    expect(namedUnits(naming, [image([], 1, 0)], 3, 2)[0]).toMatchObject({ heldOut: undefined });
  });

  it('takes only concepts that enough images show and enough do not', () => {
    const own = [...naming, image([0, 2], 9, 9)];
    expect(namedUnits(own, [], 3, 2).map(({ concept }) => concept)).toEqual([2, 2]);
    expect(namedUnits(own, [], 3, 3).map(({ concept }) => concept)).toEqual([undefined, undefined]);
  });
});

describe('extremes', () => {
  it('is both ends, the outermost first, and the first among equals', () => {
    const values = Float32Array.of(0, 3, -1, 3, -2);
    expect(extremes(values, 2)).toEqual({ most: [1, 3], least: [4, 2] });
  });
});

describe('chanceOfAny', () => {
  it('is that of drawing without putting back', () => {
    // Of 5, 2 marked: 1 − 3/5 · 2/4.
    expect(chanceOfAny(5, 2, 2)).toBeCloseTo(0.7, 12);
    expect(chanceOfAny(5, 0, 2)).toBe(0);
    expect(chanceOfAny(5, 4, 2)).toBe(1);
    expect(chanceOfAny(3, 1, 9)).toBe(1);
  });
});

const record = (alpha: number[], active: number[], concepts: number[], decided: number): NeuronRecord => ({
  ...{ decided, confidence: 1, labels: concepts.slice(0, 1), concepts, picture: '', maps: [] },
  ...{ alpha: packFloats(alpha), active: packFloats(active) },
});

describe('namedNetwork', () => {
  it('names on even images and explains odd ones, worked by hand', async () => {
    // Classes 0 and 1; unit 0 means class 0, unit 1 class 1, unit 2 nothing.
    const all = [
      record([0, 0, 0], [9, 1, 5], [0], 0),
      record([3, -2, 1], [8, 2, 5], [0], 0),
      record([0, 0, 0], [1, 7, 5], [1], 1),
      record([-1, 1, 4], [1, 6, 5], [1], 1),
    ];
    const network: NetworkRecords<NeuronRecord> = {
      ...{ name: 'net', index: 0, paper: undefined },
      outputs: [{ method: 'grad-cam', layer: 'last', height: 1, width: 1 }],
      readings: [{ reading: 'neuron-importance', layer: 'last', shape: [3], perClass: true }],
      records: async function* () {
        for (const [at, one] of all.entries()) yield { at, id: `${at}`, record: one };
      },
    };
    const named = await namedNetwork(network, 2, { units: 1, support: 1 });
    expect(named).toMatchObject({ layer: 'last', methods: ['grad-cam'] });
    expect(named.units.map(({ concept }) => concept)).toEqual([0, 1, undefined]);
    expect(named.explained.map(({ id, most, least }) => [id, most, least])).toEqual([
      ['1', [0], [1]],
      ['3', [2], [0]],
    ]);
    const [right, odd] = named.explained as [(typeof named.explained)[0], (typeof named.explained)[0]];
    expect(saysOf(right, named.units, right.most)).toEqual([100, 100, 100]);
    expect(saysOf(right, named.units, right.least)).toEqual([0, 0, 0]);
    // A unit without a name says nothing: no share of names.
    expect(saysOf(odd, named.units, odd.most)).toEqual([0, 0, Number.NaN]);
    const [third, same, half] = saysByChance(odd, named.units, 1);
    expect([third, same]).toEqual([third, third]);
    expect(third).toBeCloseTo(100 / 3, 9);
    expect(half).toBe(50);
  });
});
