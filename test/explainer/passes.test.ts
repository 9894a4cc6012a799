import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ModelError } from '../../src/base/errors.js';
import { compile, prepareNamed } from '../../src/explainer/compile.js';
import { createExplainer } from '../../src/explainer/create-explainer.js';
import { type Probe, runPasses } from '../../src/explainer/run-passes.js';
import type { ImageShape, MultiPassMethod } from '../../src/methods/method.js';
import { isMultiPass } from '../../src/methods/method.js';
import { methodNamed } from '../../src/methods/registry.js';
import { writeModel } from '../../src/onnx/write.js';
import { gapNet, images } from '../methods/small-nets.js';

const SHAPE: ImageShape = [3, 8, 8];
const SIZE = 192;
const MANY = ['integrated-gradients', 'smooth-grad', 'occlusion', 'rise', 'score-cam'] as const;

function named(name: string): MultiPassMethod {
  const method = methodNamed(name);
  if (!isMultiPass(method)) throw new Error(`${name} is one graph`);
  return method;
}

/** y_c = score(x, c) for two classes, its gradient given: a network that can be worked out on paper. */
function paper(
  score: (x: Float32Array, c: number) => number,
  gradient: (x: Float32Array, c: number, at: number) => number,
): Probe {
  return async (batch, n, classIds) => {
    const of = (i: number) => batch.subarray(i * SIZE, (i + 1) * SIZE);
    const k = classIds.length / n;
    return {
      scores: Float32Array.from({ length: n * 2 }, (_, i) => score(of(Math.floor(i / 2)), i % 2)),
      gradients: Float32Array.from({ length: n * k * SIZE }, (_, i) => {
        const row = Math.floor(i / SIZE);
        return gradient(of(Math.floor(row / k)), classIds[row]!, i % SIZE);
      }),
    };
  };
}

const x = Float32Array.from(images(1).data);
const weight = (c: number, at: number) => (c + 1) * Math.cos(at);
const linear = paper(
  (v, c) => v.reduce((sum, value, at) => sum + value * weight(c, at), 0),
  (_, c, at) => weight(c, at),
);
const quadratic = paper(
  (v, c) => v.reduce((sum, value, at) => sum + (value ** 2 * weight(c, at)) / 2, 0),
  (v, c, at) => v[at]! * weight(c, at),
);
const explain = (name: string, probe: Probe, ids = [1, 0]) =>
  runPasses(named(name), probe, x, SHAPE, Int32Array.from(ids));

/** The largest of three channels. */
const largest = (of: (at: number) => number, at: number) =>
  Math.max(...[0, 1, 2].map((c) => of(c * 64 + at)));

describe('on paper', () => {
  it('integrated gradients of Σwx²/2 are wx²/2: they add up to y(x) − y(0)', async () => {
    const maps = await explain('integrated-gradients', quadratic);
    [1, 0].forEach((id, j) => {
      for (let at = 0; at < 64; at++) {
        const wanted = largest((i) => Math.abs(weight(id, i)) * (x[i]! ** 2 / 2), at);
        expect(maps[j * 64 + at]).toBeCloseTo(wanted, 5);
      }
    });
  });

  it('SmoothGrad of a linear net is its gradient, of a quadratic one nearly so', async () => {
    const maps = await explain('smooth-grad', linear);
    const noisy = await explain('smooth-grad', quadratic, [1]);
    const spread = 0.15 * (Math.max(...x) - Math.min(...x));
    let moved = 0;
    for (let at = 0; at < 64; at++) {
      expect(maps[at]).toBeCloseTo(
        largest((i) => Math.abs(weight(1, i)), at),
        5,
      );
      const clean = largest((i) => Math.abs(weight(1, i) * x[i]!), at);
      // The mean of 25 draws lies within five of its own deviations.
      expect(Math.abs(noisy[at]! - clean)).toBeLessThan(2 * spread);
      if (noisy[at] !== Math.fround(clean)) moved++;
    }
    expect(moved).toBe(64);
  });

  it('occlusion of a linear net is the mean over windows of what they hide, where that is positive', async () => {
    const maps = await explain('occlusion', linear, [0]);
    // A fifth of 8 is 2 pixels, its half 1: windows start at 0 … 6.
    const hidden = (top: number, left: number) => {
      let sum = 0;
      for (const y of [top, top + 1])
        for (const column of [left, left + 1])
          for (let c = 0; c < 3; c++) {
            const i = c * 64 + y * 8 + column;
            sum += x[i]! * weight(0, i);
          }
      return sum;
    };
    const starts = (at: number) => [at - 1, at].filter((start) => start >= 0 && start <= 6);
    for (let at = 0; at < 64; at++) {
      const drops = starts(Math.floor(at / 8)).flatMap((top) =>
        starts(at % 8).map((left) => hidden(top, left)),
      );
      const mean = drops.reduce((a, b) => a + b) / drops.length;
      expect(maps[at]).toBeCloseTo(Math.max(0, mean), 4);
    }
  });

  it('RISE is flat for a network that sees nothing, and finds the one pixel that another sees', async () => {
    const blind = await explain(
      'rise',
      paper(
        () => 0,
        () => 0,
      ),
      [0],
    );
    // p = 1/2 whatever the mask: half of the mean mask over its expectation.
    for (const value of blind) expect(Math.abs(value - 0.5)).toBeLessThan(0.05);
    const seen = await explain(
      'rise',
      paper(
        (v, c) => (c === 1 ? 8 * Math.abs(v[27]!) : 0),
        () => 0,
      ),
      [1],
    );
    expect(seen.indexOf(Math.max(...seen))).toBe(27);
  });

  it('Score-CAM lights the image by one channel at a time and weighs it by what comes back of p', async () => {
    // Two classes, y = 2·mean of what is lit, and 0: p(x_b) is ½. The image is 1, the layer 1×2; its third channel is
    // the same everywhere: it lights nothing and weighs nothing.
    const white = new Float32Array(SIZE).fill(1);
    const A = Float32Array.of(0, 4, 3, 1, 5, 5);
    const bright = paper(
      (v, c) => (c === 0 ? (2 * v.reduce((sum, value) => sum + value, 0)) / SIZE : 0),
      () => 0,
    );
    const layer = { data: A, shape: [3, 1, 2] as const };
    const maps = await runPasses(named('score-cam'), bright, white, SHAPE, Int32Array.of(0, 1), layer);
    // Eight columns from two, half-pixel centres: 0 0 ⅛ ⅜ ⅝ ⅞ 1 1 of the way; either channel lights half of the image.
    const alpha = 1 / (1 + Math.exp(-1)) - 0.5;
    expect(maps).toEqual(Float32Array.of(alpha * (0 + 3), alpha * (4 + 1), 0, 0));
  });

  it.each(MANY)('%s is the same whenever it runs', async (name) => {
    expect(await explain(name, quadratic)).toEqual(await explain(name, quadratic));
  });
});

describe('on a network', () => {
  let folder: string;
  let model: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'passes-'));
    model = join(folder, 'gap.onnx');
    await writeFile(model, writeModel(gapNet));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('gives the maps in the order of the requests, the same whatever the batch', async () => {
    const names = ['smooth-grad', 'grad-cam', 'occlusion', 'integrated-gradients', 'score-cam'];
    const requests = names.map((method) => ({ method }));
    const explainer = await createExplainer({ model, requests, k: 2, classes: 'top' });
    expect(explainer.outputs.map(({ method, layer, height }) => [method, layer, height])).toEqual([
      ['smooth-grad', 'input', 8],
      ['grad-cam', 'relu2', 4],
      ['occlusion', 'input', 8],
      ['integrated-gradients', 'input', 8],
      ['score-cam', 'relu2', 4],
    ]);
    const both = Float32Array.from(images(2).data);
    const together = await explainer.ask({ kind: 'pass', images: both.slice(), n: 2 });
    for (const i of [0, 1]) {
      const alone = await explainer.ask({ kind: 'pass', images: both.slice(i * SIZE, (i + 1) * SIZE), n: 1 });
      names.forEach((_, output) => {
        const all = together.maps[output]!;
        expect(alone.maps[output]).toEqual(all.slice((i * all.length) / 2, ((i + 1) * all.length) / 2));
      });
    }
    expect(together.maps.every((maps) => maps.some((value) => value > 0))).toBe(true);
    await explainer.close();
  });

  it('runs the passes once for the same request, and reads any layer', async () => {
    const requests = [
      { method: 'score-cam' },
      { method: 'score-cam', layer: 'relu1' },
      { method: 'score-cam' },
    ];
    const explainer = await createExplainer({ model, requests, k: 2, classes: 'top' });
    expect(explainer.outputs.map(({ layer, width }) => [layer, width])).toEqual([
      ['relu2', 4],
      ['relu1', 8],
      ['relu2', 4],
    ]);
    const { maps } = await explainer.ask({ kind: 'pass', images: x.slice(), n: 1 });
    expect(maps.map(({ length }) => length)).toEqual([2 * 16, 2 * 64, 2 * 16]);
    expect(maps[2]).toBe(maps[0]);
    await explainer.close();
  });

  it('explains given classes', async () => {
    const options = { model, requests: [{ method: 'integrated-gradients' }] } as const;
    const given = await createExplainer({ ...options, k: 1, classes: 'given' });
    const top = await createExplainer({ ...options, k: 5, classes: 'top' });
    const all = await top.ask({ kind: 'pass', images: x.slice(), n: 1 });
    const last = await given.ask({
      kind: 'pass',
      images: x.slice(),
      n: 1,
      classIds: Int32Array.of(all.classIds[4]!),
    });
    expect(last.maps[0]).toEqual(all.maps[0]!.slice(4 * 64));
    await given.close();
    await top.close();
  });

  it('refuses a layer, and one graph, in one line', async () => {
    const requests = [{ method: 'occlusion', layer: 'relu2' }];
    await expect(createExplainer({ model, requests, k: 1, classes: 'top' })).rejects.toThrow(
      /occlusion is read at the network's input: remove `layer: relu2` from it/,
    );
    const network = prepareNamed('gap.onnx', gapNet);
    const asGraph = () => compile(network, { requests: [{ method: 'occlusion' }], k: 1, classes: 'top' });
    expect(asGraph).toThrow(ModelError);
    expect(asGraph).toThrow(/runs the network many times/);
  });
});
