import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Size } from '../../src/base/size.js';
import { anySizeExplainer } from '../../src/explainer/any-size-explainer.js';
import { createExplainer } from '../../src/explainer/create-explainer.js';
import type { Explainer } from '../../src/explainer/explainer.js';
import { answering } from '../../src/explainer/question.js';
import { uniform } from '../reference/random.js';
import { LOGITS } from '../run/scored.js';

const model = (name: string) =>
  fileURLToPath(new URL(`../../models/quickstart/${name}.onnx`, import.meta.url));
const INPUT = { height: 224, width: 224 };
const METHODS = ['grad-cam', 'c-mwp', 'backprop', 'guided-backprop'];

const explainer = (name: string, anySize: boolean) =>
  createExplainer({
    ...{ model: model(name), input: INPUT, anySize, k: 2, classes: 'top', engine: 'onnxruntime' },
    requests: METHODS.map((method) => ({ method })),
  });

/** Of an explainer without maps: its one logit. */
const batchOf = (logit: number) => ({
  ...{ logits: Float32Array.of(logit), classIds: new Int32Array(1) },
  ...{ maps: [], sizes: [], readings: [] },
});

const image = ({ height, width }: Size) => Float32Array.from(uniform(3 * height * width, 3));

describe('an explainer of any size', () => {
  it.each(['vgg16', 'alexnet', 'resnet'])(
    'gives at the network’s own size what one of that size gives: %s',
    async (name) => {
      const [fixed, any] = [await explainer(name, false), await explainer(name, true)];
      const [expected, got] = [
        await fixed.ask({ kind: 'pass', images: image(INPUT), n: 1 }),
        await any.ask({ kind: 'pass', images: image(INPUT), n: 1 }),
      ];
      expect(got.classIds).toEqual(expected.classIds);
      METHODS.forEach((method, i) => {
        const [a, b] = [expected.maps[i]!, got.maps[i]!];
        const most = a.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
        const off = a.reduce((max, value, at) => Math.max(max, Math.abs(value - b[at]!)), 0);
        expect(off / most, method).toBeLessThan(1e-4);
      });
      await Promise.all([fixed.close(), any.close()]);
    },
  );

  it('takes other sizes, whatever came before and whatever travels along', async () => {
    const any = await explainer('vgg16', true);
    const size = { height: 224, width: 298 };
    const first = await any.ask({ kind: 'pass', images: image(size), n: 1, size });
    // relu5_3, not the fully connected layers' maps behind it; c-mwp at pool4.
    const last = { height: 14, width: 18 };
    expect(first.sizes).toEqual([last, last, size, size]);
    await any.ask({ kind: 'pass', images: image(INPUT), n: 1 });
    const both = new Float32Array(2 * 3 * size.height * size.width);
    both.set(image(size), 3 * size.height * size.width);
    const again = await any.ask({ kind: 'pass', images: both, n: 2, size });
    first.maps.forEach((map, i) => {
      expect(again.maps[i]!.subarray(map.length)).toEqual(map);
    });
    const scored = await any.ask({ kind: 'scores', images: image(size), n: 1, size });
    expect([...scored].map((score, c) => Math.abs(score - first.logits[c]!) < 1e-3)).not.toContain(false);
    await any.close();
  });

  it('holds so many sizes and closes the one that was not asked for the longest', async () => {
    const log: string[] = [];
    const nameOf = ({ height, width }: Size) => `${height}x${width}`;
    const make = async (size: Size): Promise<Explainer> => {
      log.push(`make ${nameOf(size)}`);
      return {
        ...{
          score: LOGITS,
          notes: [],
          device: '',
          classCount: 1,
          k: 1,
          inputShape: [3, size.height, size.width],
          ...{ outputs: [], readings: [] },
        },
        ask: answering({
          pass: async () => batchOf(size.width),
          scores: async () => Float32Array.of(size.width),
          maps: async () => batchOf(0),
          gradient: async () => ({ logits: new Float32Array(1), gradients: new Float32Array(0) }),
        }),
        close: async () => void log.push(`close ${nameOf(size)}`),
      };
    };
    const any = await anySizeExplainer(make, { height: 1, width: 1 }, 2);
    const at = (width: number) =>
      any.ask({ kind: 'pass', images: new Float32Array(0), n: 1, size: { height: 1, width } });
    await at(2);
    await at(1);
    expect((await at(3)).logits[0]).toBe(3);
    await at(1);
    expect((await any.ask({ kind: 'scores', images: new Float32Array(0), n: 1 }))[0]).toBe(1);
    await any.close();
    expect(log).toEqual(['make 1x1', 'make 1x2', 'close 1x2', 'make 1x3', 'close 1x3', 'close 1x1']);
  });
});
