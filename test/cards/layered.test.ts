import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type InputLayer, layered } from '../../src/cards/layered.js';

const KEYS = ['size', 'color', 'scale', 'mean', 'std'] as const;
const layer = fc.record(
  {
    size: fc.integer({ min: 1, max: 600 }),
    color: fc.constantFrom('rgb', 'bgr'),
    scale: fc.constantFrom(1, '1/255', undefined),
    mean: fc.oneof(fc.integer(), fc.tuple(fc.integer(), fc.integer(), fc.integer())),
    std: fc.integer({ min: 1 }),
  },
  { requiredKeys: [] },
);
const layers = fc
  .array(layer, { maxLength: 5 })
  .map((inputs) => inputs.map((input, i): InputLayer => ({ from: `layer ${i}`, input })));

describe('layers of an input', () => {
  it('are joined key by key: the highest that says something counts, and is named', () => {
    fc.assert(
      fc.property(layers, (all) => {
        const { input, from } = layered(all);
        for (const key of KEYS) {
          const highest = all.findLast((one) => one.input[key] !== undefined);
          expect(input[key]).toEqual(highest?.input[key]);
          expect(from.get(key)).toBe(highest?.from);
        }
        expect(new Set(Object.keys(input))).toEqual(new Set(from.keys()));
      }),
    );
  });

  it('may be joined in any grouping', () => {
    fc.assert(
      fc.property(layers, layers, (low, high) => {
        const lower = { from: 'lower', input: layered(low).input };
        const upper = { from: 'upper', input: layered(high).input };
        expect(layered([lower, upper]).input).toEqual(layered([...low, ...high]).input);
      }),
    );
  });

  const card = { from: 'card', input: { size: 224, resize: 'crop', short_side: 256 } };
  const over = (input: InputLayer['input']) => layered([card, { from: 'flags', input }]).input;

  it('lose a short side that another way to resize would contradict', () => {
    expect(over({ resize: 'short-side' })).not.toHaveProperty('short_side');
    expect(over({ resize: 'warp', size: 299 })).not.toHaveProperty('short_side');
    // What is asked for together is refused together.
    expect(over({ resize: 'short-side', short_side: 256 })).toHaveProperty('short_side');
    expect(over({ size: 299 })).toHaveProperty('short_side', 256);
    expect(over({ mean: 1 })).toHaveProperty('short_side', 256);
  });
});
