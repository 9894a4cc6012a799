import { existsSync, readdirSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { createExplainer } from '../../src/explainer/create-explainer.js';
import type { Explainer, ExplanationRequest } from '../../src/explainer/explainer.js';
import type { ExplainedBatch } from '../../src/explainer/question.js';
import { errorOf, expectDigest, TOLERANCE } from './expect-digest.js';
import {
  checkFile,
  type GoldenMaps,
  type GoldenNetwork,
  loadGoldenNetworks,
  pathOf,
} from './load-networks.js';
import { probeInput } from './probe-input.js';

const networks = loadGoldenNetworks();

function expectMaps(maps: readonly Float32Array[], golden: GoldenMaps): void {
  // A class that nothing speaks for has a map of zeros: it is held to the scale of the others.
  const common = Math.max(...golden.maps.flat());
  golden.maps.forEach((expected, k) => {
    const scale = Math.max(...expected) || common;
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
    batch = await explainer.ask({
      kind: 'pass',
      images: probeInput(golden.input.height, golden.input.width, golden.phase),
      n: 1,
    });
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
    expect(explainer.outputs.find(({ method }) => method === 'cam')?.layer).toBe(golden.cam!.layer);
    expectMaps(mapsOf('cam'), golden.cam!);
  });
});

it('has golden values for every network of the quickstart', () => {
  const folder = new URL('../../models/quickstart/', import.meta.url);
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.onnx')) : [];
  const known = networks.filter(({ source }) => source === 'quickstart').map(({ file }) => file);
  expect(known.sort(), 'run scripts/golden/networks.py').toEqual(files.sort());
});
