import { describe, expect, it } from 'vitest';
import { tfjs } from '../../src/engines/tfjs/engine.js';
import { loadGoldenCases } from '../golden/load-case.js';
import { BACKEND } from './backend.js';
import { gradientGraph, relativeDifference, twoImages } from './golden-gradient.js';

const cases = loadGoldenCases().map((golden) => [golden.name, golden] as const);

describe('compiled gradients on TensorFlow.js equal PyTorch', () => {
  it.each(cases)('%s', async (_, golden) => {
    const session = await tfjs(BACKEND).load(gradientGraph(golden));
    const run = await session.run(twoImages(golden));
    await session.close();
    const { gradients, logits, classIds, x } = golden;
    const expected = [...gradients, ...[...gradients].reverse()].flat();
    expect(run.gradient!.shape).toEqual([2 * classIds.length, ...x.shape.slice(1)]);
    expect(relativeDifference(run.gradient!.data as Float32Array, expected)).toBeLessThan(1e-4);
    expect(relativeDifference(run.scores!.data as Float32Array, [...logits, ...logits])).toBeLessThan(1e-4);
  });
});
