import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { PACKAGE } from '../cli/world.js';

/**
 * Closes an explainer of the quickstart's VGG-16 a moment after it was given three batches. In a process of its own:
 * what is tested is that this process does not die of it.
 */
function closeAtWork(
  milliseconds: number,
): Promise<{ readonly signal: string | null; readonly said: string }> {
  const program = `(async () => {
    const { createThreadedExplainer } = await import(${JSON.stringify(pathToFileURL(join(PACKAGE, 'dist/explainer/threaded-explainer.js')).href)});
    const explainer = await createThreadedExplainer({
      model: ${JSON.stringify(join(PACKAGE, 'models/quickstart/vgg16.onnx'))},
      requests: [{ method: 'grad-cam' }],
      k: 5,
      classes: 'top',
      input: { height: 224, width: 224 },
      engine: 'onnxruntime',
    });
    const asked = [0, 1, 2].map(() => explainer.ask({ kind: 'pass', images: new Float32Array(16 * 3 * 224 * 224), n: 16 }));
    const said = asked.map((one) => one.then(() => 'answered', (error) => error.name));
    await new Promise((resolve) => setTimeout(resolve, ${milliseconds}));
    await explainer.close();
    console.log((await Promise.all(said)).join(' '));
  })();`;
  return new Promise((resolve) => {
    execFile(process.execPath, ['-e', program], (error, stdout, stderr) =>
      resolve({ signal: error?.signal ?? null, said: stdout.trim() || stderr }),
    );
  });
}

describe('a network on a thread of its own', () => {
  it('closes while it is at work: that batch is answered, no later one begun', async () => {
    expect(await closeAtWork(0)).toEqual({ signal: null, said: 'answered ThreadEnded ThreadEnded' });
    // The runtime's native code must not be left at several places.
    for (const milliseconds of [30, 90]) {
      const { signal, said } = await closeAtWork(milliseconds);
      expect(said).toMatch(/^answered( answered)*( ThreadEnded)*$/);
      expect(signal).toBeNull();
    }
  });
});
