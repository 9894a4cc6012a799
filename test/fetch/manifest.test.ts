import { mkdtempSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cachedPath, compiledCache } from '../../src/fetch/cache.js';
import { addressesOf, type Manifest, modelNamed, readManifest } from '../../src/fetch/manifest.js';
import { resolveModel } from '../../src/fetch/resolve.js';

const manifest = readManifest();

const withModel = (change: object): string => {
  const model = { ...manifest.models.googlenet, ...change };
  return JSON.stringify({
    repositories: manifest.repositories,
    models: { net: { ...model, input: { size: 224 } } },
  });
};

/** Reads a file of this name and text; messages leave its folder out. */
function parseManifest(text: string, name: string): Manifest {
  const folder = mkdtempSync(join(tmpdir(), 'manifest-'));
  writeFileSync(join(folder, name), text);
  try {
    return readManifest(join(folder, name));
  } catch (error) {
    throw new Error((error as Error).message.replace(`${folder}/`, ''));
  }
}

describe('the manifest', () => {
  it('has the fourteen published networks, each file once', () => {
    const models = Object.values(manifest.models);
    expect(models).toHaveLength(14);
    expect(new Set(models.map(({ sha256 }) => sha256)).size).toBe(14);
  });

  it('states preprocessing in the terms of a configuration', () => {
    expect(manifest.models.vgg16?.input).toEqual({
      size: { height: 224, width: 224 },
      resize: 'crop',
      short_side: 256,
      color: 'rgb',
      scale: 1 / 255,
      mean: [0.485, 0.456, 0.406],
      std: [0.229, 0.224, 0.225],
    });
    expect(manifest.models.googlenet?.input).toMatchObject({ color: 'bgr', scale: 1, mean: [104, 117, 123] });
  });

  it('names the paper’s rows', () => {
    const rows = Object.values(manifest.models).flatMap(({ paper }) => paper ?? []);
    expect(rows).toEqual(['VGG-16', 'AlexNet', 'GoogLeNet']);
  });

  it.each([
    [{ sha256: 'abc' }, /^m\.json: models\.net\.sha256: /],
    [{ path: '../../etc/passwd.onnx' }, /^m\.json: models\.net\.path: /],
    [{ bytes: 0 }, /^m\.json: models\.net\.bytes: /],
    [{ repository: 'some/other' }, /^m\.json: the manifest: a model names a repository that is not listed/],
    [{ colour: 'red' }, /^m\.json: models\.net: Unrecognized key: "colour"/],
  ])('refuses %j', (change, message) => {
    expect(() => parseManifest(withModel(change), 'm.json')).toThrow(message);
  });

  it('refuses what is not JSON, and a file that is not there', () => {
    expect(() => parseManifest('{', 'm.json')).toThrow(/^m\.json: not JSON: /);
    expect(() => readManifest('/nowhere/m.json')).toThrow(/^\/nowhere\/m\.json: cannot read/);
  });

  it('suggests the nearest name', () => {
    expect(() => modelNamed(manifest, 'vgg61')).toThrow(
      'no published model is called `vgg61` (did you mean "vgg16"?)',
    );
    expect(() => modelNamed(manifest, 'constructor')).toThrow('no published model is called `constructor`');
  });
});

describe('addresses', () => {
  const model = manifest.models['squeezenet1.1'];

  it('come from the repository’s templates', () => {
    const [first, second] = addressesOf(manifest, model!);
    expect(first).toBe(
      'https://github.com/onnx/models/raw/b1eeaa1ac722dcc1cd1a8284bde34393dab61c3d/validated/vision/classification/squeezenet/model/squeezenet1.1-7.onnx',
    );
    expect(second).toMatch(
      /^https:\/\/huggingface\.co\/onnxmodelzoo\/legacy_models\/resolve\/main\/validated\//,
    );
  });

  it('a mirror takes the place of the host', () => {
    const [first] = addressesOf(manifest, model!, 'http://127.0.0.1:8080/zoo/');
    expect(first).toMatch(/^http:\/\/127\.0\.0\.1:8080\/zoo\/onnx\/models\/raw\/b1eeaa1a/);
    expect(() => addressesOf(manifest, model!, 'mirror.example')).toThrow('BENCH_MIRROR is "mirror.example"');
  });
});

describe('the cache folder', () => {
  it.each<[Record<string, string>, string]>([
    [{ BENCH_CACHE: '/a', XDG_CACHE_HOME: '/b', HOME: '/c' }, '/a'],
    [{ XDG_CACHE_HOME: '/b', HOME: '/c' }, '/b/explanation-bench'],
    [{ XDG_CACHE_HOME: 'relative', HOME: '/c' }, '/c/.cache/explanation-bench'],
    [{ HOME: '/c' }, '/c/.cache/explanation-bench'],
  ])('%j', (environment, folder) => {
    const path = cachedPath('vgg16', manifest.models.vgg16!, environment);
    expect(dirname(dirname(dirname(path)))).toBe(folder);
  });
});

it('compiled graphs are kept where a cache was asked for or is there, and no more of them than is said', async () => {
  const HOME = await mkdtemp(join(tmpdir(), 'home-'));
  const there = join(HOME, '.cache', 'explanation-bench');
  expect(compiledCache({ HOME })).toBeUndefined();
  expect(compiledCache({ HOME, BENCH_CACHE: '/a' })).toEqual({
    folder: '/a/compiled',
    bytes: 4096 * 2 ** 20,
  });
  await mkdir(there, { recursive: true });
  expect(compiledCache({ HOME, BENCH_COMPILED_MB: '3' })).toEqual({
    ...{ folder: join(there, 'compiled'), bytes: 3 * 2 ** 20 },
  });
  expect(compiledCache({ HOME, BENCH_COMPILED_MB: '0' })).toBeUndefined();
  expect(() => compiledCache({ HOME, BENCH_COMPILED_MB: 'much' })).toThrow(
    'BENCH_COMPILED_MB is "much": give megabytes, or 0',
  );
  await rm(HOME, { recursive: true });
});

describe('resolveModel', () => {
  const small: Manifest = { ...manifest, models: { net: { ...manifest.models.googlenet!, bytes: 3 } } };

  it('gives a fetched model’s file, and the command for one that is not', async () => {
    const BENCH_CACHE = await mkdtemp(join(tmpdir(), 'cache-'));
    const path = cachedPath('net', small.models.net!, { BENCH_CACHE });
    expect(() => resolveModel('net', { BENCH_CACHE }, small)).toThrow(
      'the model `net` (0.0 MB) is not in the cache: run `bench fetch net`',
    );
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, 'ab');
    expect(() => resolveModel('net', { BENCH_CACHE }, small)).toThrow('run `bench fetch net`');
    await writeFile(path, 'abc');
    expect(resolveModel('net', { BENCH_CACHE }, small)).toBe(path);
    await rm(BENCH_CACHE, { recursive: true });
  });

  it('leaves paths alone, there or not', () => {
    for (const path of ['some/net', './net', 'net.onnx', 'package.json'])
      expect(resolveModel(path, {}, small)).toBe(path);
  });

  it('does not take a mistyped name for a path', () => {
    expect(() => resolveModel('vgg-16', {})).toThrow(
      '`vgg-16` is neither a file nor a published model (did you mean "vgg16"?)',
    );
  });
});
