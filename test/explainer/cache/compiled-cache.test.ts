import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createExplainer } from '../../../src/explainer/create-explainer.js';
import type { ExplainerOptions } from '../../../src/explainer/options.js';
import type { Graph } from '../../../src/onnx/graph.js';
import { parseModel } from '../../../src/onnx/read.js';
import { LARGE } from '../../../src/onnx/stored.js';
import { writeModel } from '../../../src/onnx/write.js';
import { images, wideNet } from '../../methods/small-nets.js';
import { randomWeights } from '../../reference/build.js';

const MEGABYTE = 2 ** 20;
const METHODS = ['grad-cam', 'c-mwp', 'guided-backprop', 'integrated-gradients', 'score-cam'];
const pixels = Float32Array.from(images(2).data);

let folder: string;
let model: string;
let cache: string;
let count = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'compiled-'));
  model = join(folder, 'wide.onnx');
  await writeFile(model, writeModel(wideNet));
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(async () => {
  cache = join(folder, `cache-${count++}`);
  const temporary = join(folder, `tmp-${count}`);
  await mkdir(temporary);
  vi.stubEnv('TMPDIR', temporary);
});
afterEach(async () => {
  // Whatever happened, nothing is left in the folder of temporary files.
  expect(await readdir(tmpdir())).toEqual([]);
  vi.unstubAllEnvs();
});

/** All numbers that an explainer gives for two images, as bytes. */
async function results(options: Partial<ExplainerOptions> = {}): Promise<Buffer> {
  const explainer = await createExplainer({
    model,
    requests: METHODS.map((method) => ({ method })),
    ...{ k: 2, classes: 'top', engine: 'onnxruntime' },
    ...options,
  });
  try {
    const { logits, classIds, maps } = await explainer.ask({ kind: 'pass', images: pixels.slice(), n: 2 });
    return Buffer.concat(
      [logits, classIds, ...maps].map((data) => Buffer.from(data.buffer, data.byteOffset, data.byteLength)),
    );
  } finally {
    await explainer.close();
  }
}

const kept = (bytes = 64 * MEGABYTE) => ({ cache: { folder: cache, bytes } });
const entries = () => readdir(cache).then((names) => names.sort());
/** Changes when an entry is made again. */
const madeAt = async () =>
  (await stat(join(cache, (await entries())[0]!, 'main.onnx'), { bigint: true })).ctimeNs;

describe('compiled graphs that are kept', () => {
  it('give the same bytes as without a cache, from the first start and from the second', async () => {
    const without = await results();
    expect(await results(kept())).toEqual(without);
    const [made, names] = [await madeAt(), await entries()];
    expect(names).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)]);
    expect((await readdir(join(cache, names[0]!))).sort()).toEqual([
      'constants.bin',
      'entry.json',
      'gradients.onnx',
      'main.onnx',
      'scores.onnx',
    ]);
    expect(await results(kept())).toEqual(without);
    expect(await madeAt()).toBe(made);
    expect(await entries()).toEqual(names);
  });

  it('refer to the model’s weights instead of copying them', async () => {
    await results(kept());
    const [name] = await entries();
    expect((await stat(join(cache, name!, 'main.onnx'))).size).toBeLessThan(LARGE);
    const constants = await readFile(join(cache, name!, 'constants.bin'));
    const weights = wideNet.constants.get('w1')!.data as Float32Array;
    expect(constants.includes(Buffer.from(weights.buffer, weights.byteOffset, 256))).toBe(false);
  });

  it('keep the types of values in between, without which onnxruntime changes layouts', async () => {
    await results({ ...kept(), k: 1 });
    const [name] = await entries();
    const file = join(cache, name!, 'main.onnx');
    const external = (_: unknown, length: number) => ({ path: model, offset: 0, length });
    const read = parseModel(await readFile(file), file, { external, checked: true, values: true });
    expect(read.values?.length).toBeGreaterThan(0);
    expect(read.values?.every(({ shape: [rows] }) => rows === 'N')).toBe(true);
  });

  it('belong to the bytes of a model, wherever it lies', async () => {
    await results(kept());
    const made = await madeAt();
    const moved = join(folder, 'moved.onnx');
    await copyFile(model, moved);
    expect(await results({ ...kept(), model: moved })).toEqual(await results());
    expect([await madeAt(), (await entries()).length]).toEqual([made, 1]);
    const other: Graph = {
      ...wideNet,
      constants: new Map([...wideNet.constants, ['w1', randomWeights([3000, 96], 99)]]),
    };
    await writeFile(moved, writeModel(other));
    expect(await results({ ...kept(), model: moved })).not.toEqual(await results());
    expect((await entries()).length).toBe(2);
  });

  it.each<[string, Partial<ExplainerOptions>, number]>([
    ['other methods', { requests: [{ method: 'grad-cam' }] }, 2],
    ['another layer', { layer: 'relu1' }, 2],
    ['another number of classes', { k: 1 }, 2],
    ['other threads alone', { threads: 1 }, 1],
  ])('%s', async (_what, options, expected) => {
    await results(kept());
    await results({ ...kept(), ...options });
    expect((await entries()).length).toBe(expected);
  });

  it.each(['constants.bin', 'main.onnx', 'gradients.onnx', 'entry.json'])(
    'are made again when one byte of %s is another',
    async (file) => {
      const without = await results(kept());
      const path = join(cache, (await entries())[0]!, file);
      const good = await readFile(path);
      const at = Math.floor(good.length / 2);
      await writeFile(
        path,
        good.map((byte, i) => (i === at ? byte ^ 1 : byte)),
      );
      expect(await results(kept())).toEqual(without);
      expect((await readFile(path)).equals(good)).toBe(true);
      expect((await entries()).length).toBe(1);
    },
  );

  it.each(['constants.bin', 'main.onnx', 'entry.json'])('are made again without %s', async (file) => {
    const without = await results(kept());
    await rm(join(cache, (await entries())[0]!, file));
    expect(await results(kept())).toEqual(without);
    expect((await readdir(join(cache, (await entries())[0]!))).length).toBe(5);
  });

  it('can be made by several at a time', async () => {
    const without = await results();
    const all = await Promise.all(Array.from({ length: 4 }, () => results(kept())));
    for (const bytes of all) expect(bytes).toEqual(without);
    expect((await entries()).length).toBe(1);
  });

  it('take no more room than they may: what was used longest ago goes', async () => {
    const of = (method: string, bytes?: number) => ({ ...kept(bytes), requests: [{ method }] });
    await results(of('c-mwp'));
    const [first] = await entries();
    const files = await readdir(join(cache, first!));
    const sizes = await Promise.all(files.map((file) => stat(join(cache, first!, file))));
    const room = 2.5 * sizes.reduce((sum, { size }) => sum + size, 0);
    await results(of('mwp', room));
    const [second] = (await entries()).filter((name) => name !== first);
    await results(of('c-mwp', room));
    expect(await entries()).toEqual([first, second].sort());
    await results({ ...of('c-mwp', room), k: 1 });
    expect((await entries()).length).toBe(2);
    expect(await entries()).toContain(first);
    expect(await entries()).not.toContain(second);
  });

  it('are not kept when one alone is too large, nor where nothing can be written', async () => {
    const without = await results();
    expect(await results(kept(1000))).toEqual(without);
    expect(await entries()).toEqual([]);
    const inTheWay = join(folder, 'a-file');
    await writeFile(inTheWay, '');
    expect(await results({ cache: { folder: join(inTheWay, 'compiled'), bytes: MEGABYTE } })).toEqual(
      without,
    );
  });
});

it('a model that is written again while it is in use is noticed', async () => {
  const own = join(folder, 'own.onnx');
  await copyFile(model, own);
  const explainer = await createExplainer({
    ...{ model: own, requests: [{ method: 'grad-cam' }], k: 1, classes: 'top', engine: 'onnxruntime' },
  });
  try {
    await explainer.ask({ kind: 'pass', images: pixels.slice(), n: 2 });
    await writeFile(`${own}.new`, writeModel(wideNet));
    await rm(own);
    await copyFile(`${own}.new`, own);
    await expect(explainer.ask({ kind: 'pass', images: pixels.slice(), n: 2 })).rejects.toThrow(
      `${own}: changed while it was in use`,
    );
  } finally {
    await explainer.close();
  }
});
