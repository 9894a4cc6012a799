import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EngineError } from '../../src/base/errors.js';
import { createExplainer } from '../../src/explainer/create-explainer.js';
import { PACKAGE } from '../cli/world.js';

describe('scores that are no numbers', () => {
  it('end the run in one line, in place of a wrong guess without a box', async () => {
    const explainer = await createExplainer({
      model: join(PACKAGE, 'models/quickstart/resnet.onnx'),
      requests: [{ method: 'grad-cam' }],
      k: 5,
      classes: 'top',
      input: { height: 224, width: 224 },
      engine: 'onnxruntime',
    });
    try {
      const size = 3 * 224 * 224;
      // The second image overflows float32 on its way: the convolutions sum infinities of both signs.
      const images = new Float32Array(2 * size).fill(0.5, 0, size);
      for (let i = size; i < 2 * size; i++) images[i] = i % 2 === 0 ? 3e38 : -3e38;
      const asked = explainer.ask({ kind: 'pass', images, n: 2 });
      await expect(asked).rejects.toThrow(EngineError);
      await expect(asked).rejects.toThrow(/resnet\.onnx: its scores of an image are NaN: .*input\.scale/);
      expect(
        (await explainer.ask({ kind: 'pass', images: new Float32Array(size).fill(0.5), n: 1 })).classIds,
      ).toHaveLength(5);
    } finally {
      await explainer.close();
    }
  });
});
