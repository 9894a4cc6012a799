import { existsSync, readdirSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { createExplainer } from '../../src/methods/compile.js';
import type { ExplainedBatch, Explainer, ExplanationRequest } from '../../src/methods/explainer.js';
import {
  checkFile,
  type Digest,
  type GoldenMaps,
  type GoldenNetwork,
  loadGoldenNetworks,
  pathOf,
} from './load-networks.js';
import { probeInput } from './probe-input.js';

const TOLERANCE = 1e-4;
const networks = loadGoldenNetworks();

/** Largest difference between the two, as a share of `scale`. */
function errorOf(actual: ArrayLike<number>, golden: readonly number[], scale: number): number {
  return Math.max(...golden.map((value, i) => Math.abs(actual[i]! - value))) / scale;
}

function expectDigest(actual: Float32Array, golden: Digest): void {
  expect(actual.length).toBe(golden.size);
  const sampled = golden.samples.map((_, i) => actual[i * golden.stride]!);
  expect(errorOf(sampled, golden.samples, golden.max), 'samples').toBeLessThan(TOLERANCE);
  const magnitudes = Float64Array.from(actual, Math.abs);
  const l1 = magnitudes.reduce((a, b) => a + b, 0);
  const l2 = Math.sqrt(magnitudes.reduce((a, b) => a + b * b, 0));
  const max = magnitudes.reduce((a, b) => Math.max(a, b), 0);
  expect(errorOf([l1], [golden.l1], golden.l1), 'sum of magnitudes').toBeLessThan(TOLERANCE);
  expect(errorOf([l2], [golden.l2], golden.l2), 'Euclidean norm').toBeLessThan(TOLERANCE);
  expect(errorOf([max], [golden.max], golden.max), 'largest magnitude').toBeLessThan(TOLERANCE);
}

function expectMaps(maps: readonly Float32Array[], golden: GoldenMaps): void {
  golden.maps.forEach((expected, k) => {
    const scale = Math.max(...expected);
    expect(maps[k]!.length).toBe(expected.length);
    expect(errorOf(maps[k]!, expected, scale), `map of class number ${k}`).toBeLessThan(TOLERANCE);
  });
}

function requestsFor(golden: GoldenNetwork): ExplanationRequest[] {
  return [
    { method: 'backprop' },
    { method: 'guided-backprop' },
    { method: 'grad-cam', layer: golden.gradCam.layer },
    ...(golden.cam ? [{ method: 'cam' }] : []),
  ];
}

describe.each(networks.map((golden) => [golden.name, golden] as const))('%s against PyTorch', (_, golden) => {
  const path = pathOf(golden);
  const k = golden.top.length;
  let explainer: Explainer;
  let batch: ExplainedBatch;

  beforeAll(async () => {
    if (path === undefined) return;
    checkFile(golden, path);
    const requests = requestsFor(golden);
    explainer = await createExplainer({ model: path, requests, k, classes: 'top', input: golden.input });
    batch = await explainer.run(probeInput(golden.input.height, golden.input.width, golden.phase), 1);
    await explainer.close();
  }, 120_000);

  const mapsOf = (method: string): Float32Array[] => {
    const output = explainer.outputs.findIndex((candidate) => candidate.method === method);
    const all = batch.maps[output]!;
    const area = all.length / k;
    return golden.top.map((_, j) => all.subarray(j * area, (j + 1) * area));
  };

  it.skipIf(path === undefined)('gives the same scores and the same best classes', () => {
    expect(explainer.classCount).toBe(golden.classCount);
    expect(errorOf(batch.logits, golden.logits, golden.logitsMax)).toBeLessThan(TOLERANCE);
    expect(Array.from(batch.classIds)).toEqual(golden.top);
  });

  it.skipIf(path === undefined).each([
    ['backprop', 'gradient'],
    ['guided-backprop', 'guided'],
  ] as const)('gives the same maps by %s', (method, rule) => {
    mapsOf(method).forEach((map, j) => {
      expectDigest(map, golden.rules[rule].maps[j]!);
    });
  });

  it.skipIf(path === undefined)('gives the same maps by grad-cam', () => {
    expectMaps(mapsOf('grad-cam'), golden.gradCam);
  });

  it.skipIf(path === undefined || golden.cam === null)('gives the same maps by cam', () => {
    expectMaps(mapsOf('cam'), golden.cam!);
  });
});

it('has golden values for every network of the quickstart', () => {
  const folder = new URL('../../models/quickstart/', import.meta.url);
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.onnx')) : [];
  const known = networks.filter(({ source }) => source === 'quickstart').map(({ file }) => file);
  expect(known.sort(), 'run scripts/golden/networks.py').toEqual(files.sort());
});
