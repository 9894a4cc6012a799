import { describe, expect } from 'vitest';
import { each, expectNear, expectTruth, explain, refusalOf } from './explain.js';
import { loadKinds } from './load.js';

/** Operators without a rule: refused by name before anything is explained. */
const UNSUPPORTED = new Set([
  'relu-thresholded-zero',
  'non-thresholdedrelu',
  'non-sin',
  'non-cos',
  'lin-convtranspose',
]);

/** Linear in a mean, but not written as CAM needs it: refused in words. */
const REFUSED_BY_CAM = new Set([
  'pool-conv-mean-kernel',
  'linear-two-linear-no-activation',
  'before-conv3x3-gap',
  // A dense layer at every position of [N,H,W,C].
  'before-nhwc-dense-mean',
]);

const choice = { classes: 4 };

describe('guided backprop and deconvnet handle a network exactly, or refuse it', () => {
  each(loadKinds('guided'), async (kind) => {
    const supported = !UNSUPPORTED.has(kind.name);
    if (supported) await expectTruth(kind, { choice });
    const { operator, ...golden } = kind.guided!;
    if (supported && golden.expect === 'handled') {
      const asked = { method: 'guided-backprop', and: 'deconvnet', choice, classes: [0] };
      const { map } = await explain(kind, asked);
      expectNear(map(0, 0), golden.guided!, 'guided backprop');
      expectNear(map(0, 1), golden.deconvnet!, 'deconvnet');
      return;
    }
    for (const method of ['guided-backprop', 'deconvnet']) {
      const refusal = await refusalOf(kind, { method, choice, classes: [0] });
      // A product of two values that depend on the picture is met before the gate that is one of them.
      const named = operator === undefined ? 'is not supported' : `${operator}|Mul|Div|MatMul`;
      expect(refusal).toMatch(new RegExp(named));
    }
  });
});

describe('CAM reads a head that is linear in the mean, in whichever form, or refuses it', () => {
  each(loadKinds('cam'), async (kind) => {
    await expectTruth(kind);
    const { expect: first, layer, maps } = kind.cam!;
    const asked = { method: 'cam', classes: [0, 1] };
    if (first === 'refused' || REFUSED_BY_CAM.has(kind.name)) {
      expect(await refusalOf(kind, asked)).toMatch(/cam needs a network that ends in .*Use grad-cam$/);
      return;
    }
    const found = await explain(kind, asked);
    expect(found.layer).toBe(layer);
    for (const [i, map] of maps!.entries()) {
      // CAM shows what speaks for a class; the mean or the sum over positions is a factor.
      const [own, golden] = [[...found.map(i)], map].map((one) => one.map((v) => Math.max(0, v)));
      const scaled = (one: readonly number[]) => one.map((v) => v / (Math.max(...one) || 1));
      expectNear(scaled(own!), scaled(golden!), `class ${i}`);
    }
  });
});
