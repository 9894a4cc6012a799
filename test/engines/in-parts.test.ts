import { describe, expect, it } from 'vitest';
import type { EngineTensor } from '../../src/engines/engine.js';
import { inParts } from '../../src/engines/in-parts.js';
import { onnxruntime } from '../../src/engines/onnxruntime.js';
import { compile } from '../../src/explainer/compile.js';
import { prepare } from '../../src/graph/network.js';
import { gapNet, images } from '../methods/small-nets.js';

describe('inParts', () => {
  it('gives the same tensors, whatever the parts, with a last one that is smaller', async () => {
    const { graph } = compile(prepare(gapNet), {
      requests: [{ method: 'grad-cam' }, { method: 'backprop' }],
      k: 2,
      classes: 'top',
    });
    const session = await onnxruntime.load(graph, { threads: 1 });
    try {
      const data = Float32Array.from(images(5).data);
      const feeds: Record<string, EngineTensor> = { x: { dtype: 'float32', shape: [5, 3, 8, 8], data } };
      const whole = await session.run(feeds);
      expect(Object.keys(whole)).toHaveLength(graph.outputs.length);
      for (const size of [1, 2, 3, 4]) {
        const parts = inParts(session, { next: () => size, took: () => {} });
        expect(await parts.run(feeds), `${size} at once`).toEqual(whole);
      }
    } finally {
      await session.close();
    }
  });
});
