import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wholeImage } from '../../src/eval/index.js';
import { imagePath, makeWorld } from '../cli/world.js';
import { library } from './library.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'library-options-'));
  await makeWorld(folder, 3);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const INPUT = { size: 16, scale: 1 / 255 } as const;
const path = () => join(folder, 'colors.onnx');
const away = new URL('https://example.org/cat.jpg');
/** What a program in JavaScript may give. */
const untyped = (value: unknown) => value as never;

describe('options that no type checked', () => {
  const wrong: readonly (readonly [object, string])[] = [
    [{ methods: [] }, 'methods'],
    [{ methods: ['grad-cam', 'grad-cam'] }, 'each once'],
    [{ given: -1 }, 'given'],
    [{ given: 1.5 }, 'given'],
    [{ top: -1 }, 'top'],
    [{ top: 0 }, 'top'],
    [{ top: 1.5 }, 'top'],
    [{ mapSize: 'inputs' }, 'mapSize: expected one of layer, input, got "inputs"; did you mean `input`?'],
    [{ weights: 'outside' }, 'weights: expected one of inline, beside'],
    [{ resize: 'input' }, 'unknown key `resize`'],
    [{ method: 'grad-cam' }, 'unknown key `method`; did you mean `methods`?'],
    [{ score: 'logits' }, 'score: expected one of logit'],
  ];
  it.each(wrong)('compile refuses %j', async (options, message) => {
    const { compile, ConfigError } = await library();
    const out = join(folder, 'out.onnx');
    const refused = compile(path(), out, untyped({ input: INPUT, overwrite: true, ...options }));
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.toBeInstanceOf(ConfigError);
  });

  it('are ConfigErrors for a score, a preset, a colour map and a place that is no file', async () => {
    const { loadModel, inspectModel, compile, drawMap, ConfigError } = await library();
    const map = { width: 1, height: 1, data: Float32Array.of(1) };
    const picture = { width: 1, height: 1, data: new Uint8Array(3) };
    const all = [
      loadModel(path(), { input: INPUT, score: untyped('logits') }),
      inspectModel(path(), { score: untyped('logits') }),
      loadModel(path(), { preset: untyped('torchvison') }),
      loadModel(away, { input: INPUT }),
      loadModel(untyped(undefined), { input: INPUT }),
      loadModel(path(), { input: INPUT, labels: away }),
      compile(path(), away, { input: INPUT }),
      drawMap(picture, map, wholeImage(picture), { colormap: untyped('infern') }),
    ];
    for (const result of await Promise.allSettled(all))
      expect((result as PromiseRejectedResult).reason).toBeInstanceOf(ConfigError);
    await expect(all[2]).rejects.toThrow('did you mean `torchvision`?');
  });

  it('are DataErrors for what is no picture, which explainAll leaves out', async () => {
    const { loadModel, DataError } = await library();
    const model = await loadModel(path(), { input: INPUT });
    try {
      const none = [undefined, null, {}, 7, away, { width: 1, height: 1 }];
      for (const one of none) await expect(model.explain(untyped(one))).rejects.toBeInstanceOf(DataError);
      const [read, failed]: [unknown[], unknown[]] = [[], []];
      const items = [...none, imagePath(folder, 0)];
      const onFailure = (_: Error, item: unknown) => failed.push(item);
      for await (const { item } of model.explainAll<unknown>(items, { onFailure })) read.push(item);
      expect([failed, read]).toEqual([none, [imagePath(folder, 0)]]);
    } finally {
      await model.close();
    }
  });
});

describe('a question that is open', () => {
  it('is refused as of a closed model when the model is closed meanwhile', async () => {
    const { loadModel, ConfigError } = await library();
    const model = await loadModel(path(), { input: INPUT });
    const open = model.explain(imagePath(folder, 0)).catch((error: unknown) => error);
    await model.close();
    const error = await open;
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as Error).message).toContain('the model is closed');
  });

  it('fails with an EngineError when the thread is gone, while it loads too', async () => {
    const { loadModel, EngineError } = await library();
    let thread: Worker | undefined;
    process.once('worker', (worker: Worker) => {
      thread = worker;
    });
    const model = await loadModel(path(), { input: INPUT });
    await thread!.terminate();
    await expect(model.explain(imagePath(folder, 0))).rejects.toBeInstanceOf(EngineError);
    await model.close();
    process.once('worker', (worker: Worker) => {
      worker.once('online', () => void worker.terminate());
    });
    await expect(loadModel(path(), { input: INPUT })).rejects.toBeInstanceOf(EngineError);
  });

  it('of explain is given up at once: the reason does not wait for the thread’s end', async () => {
    const { explain } = await library();
    const stop = new AbortController();
    const reason = new Error('enough');
    let ended = false;
    process.once('worker', (worker: Worker) => {
      worker.once('exit', () => {
        ended = true;
      });
      worker.once('message', () => setImmediate(() => stop.abort(reason)));
    });
    const asked = explain(path(), imagePath(folder, 0), { input: INPUT, signal: stop.signal });
    await expect(asked).rejects.toBe(reason);
    expect(ended).toBe(false);
    await expect.poll(() => ended).toBe(true);
  });
});
