import { describe, expect, it } from 'vitest';
import { each, expectBatch, expectOutcome, type Outcome, refusalOf, toHalf } from './explain.js';
import { type Kind, loadKinds } from './load.js';

/** Where the product does another thing than PyTorch's truth asks for first. */
const INSTEAD: Readonly<Record<string, Outcome>> = {
  // Operators without a rule, refused by name.
  'act-thresholdedrelu': 'refused',
  'convtranspose-last': 'refused',
  // PyTorch's trace writes it with an If.
  'torch-lrn': 'refused',
  // The gate may bound the scores: a line says so.
  'gate-from-earlier': 'said',
  // No value is on every path.
  'skip-from-picture': 'refused',
  // A double is no float32 input.
  'double-input': 'refused',
  // The configuration's size is another one.
  'not-square': 'refused',
  // The batch axis is squeezed away and put back.
  'fixed-1-squeezed': 'refused',
};

async function expectKind(kind: Kind): Promise<void> {
  const outcome = INSTEAD[kind.name] ?? kind.expect;
  const half = kind.name === 'float16' || kind.name === 'float16-softmax';
  await expectOutcome(kind, outcome, { half });
}

describe('default layer', () => each(loadKinds('layers'), expectKind));
describe('inputs', () => each(loadKinds('inputs'), expectKind));

describe.each(['batches', 'exported'])('%s', (name) => {
  const kinds = loadKinds(name);
  describe('one picture', () => each(kinds, expectKind));
  const batched = kinds.filter((kind) => INSTEAD[kind.name] === undefined && kind.batch !== undefined);
  describe('a batch', () => each(batched, (kind) => expectBatch(kind)));
});

describe('several outputs', () => {
  const outputs = loadKinds('outputs');
  const four = { classes: 4 };
  const asks = ({ expect: first }: Kind) => first === 'refused';
  describe('the one that fits the classes is taken', () =>
    each(
      outputs.filter((kind) => !asks(kind)),
      (kind) => expectOutcome(kind, 'ok', { choice: four }),
    ));
  describe('none or several fit: refused with every output', () =>
    each(outputs.filter(asks), async (kind) => {
      const refusal = await refusalOf(kind, { choice: four });
      for (const name of [kind.choose, ...(kind.candidates ?? [])])
        if (name !== undefined) expect(refusal).toContain(`\`${name}\``);
      expect(refusal).toContain('model.output');
    }));
  describe('the one that is named is taken', () =>
    each(
      outputs.filter(({ choose }) => choose !== undefined),
      (kind) => expectOutcome(kind, 'ok', { choice: { ...four, output: kind.choose } }),
    ));
});

it('rounds to float16 as it is defined', () => {
  expect([1 / 3, -0.1, 2049].map(toHalf)).toEqual([0.333251953125, -0.0999755859375, 2050]);
});
