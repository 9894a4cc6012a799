import { copyFile, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bench, makeWorld } from './world.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-refused-'));
  await makeWorld(folder);
});
afterAll(() => rm(folder, { recursive: true }));

const at = (name: string) => join(folder, name);
const compile = (...args: string[]) => bench(folder, ['compile', ...args]);
const refusal = async (...args: string[]) => {
  const { status, stdout, stderr } = await compile(...args);
  expect(status).not.toBe(0);
  expect(stdout).toBe('');
  expect(stderr.trim().split('\n')).toHaveLength(1);
  return stderr.trim();
};

describe('what cannot be compiled is refused in one line', () => {
  it.each([
    [['--method', 'rise'], /rise runs the network many times: it is no graph that can be compiled/],
    [['--method', 'grad-cma'], /unknown method "grad-cma" \(did you mean "grad-cam"\?\)/],
    [['--method', ','], /--method: expected names/],
    [['--top', '4'], /--top 4: the network has 3 classes; give at most 3/],
    [['--layer', 'nope'], /no layer `nope` in this network/],
    [['--method', 'backprop', '--layer', 'conv1'], /--layer conv1: backprop does not read it; leave it out/],
    [['--embed-preprocessing'], /nothing says how it wants its pixels: name a preset/],
    [['--embed-preprocessing', '--preset', 'clip', '--short-side', '8'], /--short-side/],
    [
      ['--preset', 'zero-one', '--short-side', '300'],
      /--short-side 300: it is for pictures that are cropped/,
    ],
    [['--given', '0'], /--given: expected a whole number of at least 1/],
    [['--resize', 'crop'], /--resize: expected layer, input, got crop/],
    [['--size', '20'], /the model's input height is 16, 20 is asked for/],
  ])('%j', async (flags, message) => {
    expect(await refusal('colors.onnx', ...flags, '-o', 'refused.onnx')).toMatch(message);
    await expect(stat(at('refused.onnx'))).rejects.toThrow();
  });

  it('pictures of many sizes, and a file that has its preprocessing inside', async () => {
    await copyFile(at('colors.onnx'), at('sizes.onnx'));
    await writeFile(
      at('sizes.card.json'),
      JSON.stringify({ input: { size: 16, resize: 'short-side', scale: 1 } }),
    );
    expect(await refusal('sizes.onnx', '--embed-preprocessing', '-o', 'x.onnx')).toMatch(
      /with resize: short-side the input has another size for each picture/,
    );
    await compile(
      'colors.onnx',
      '--top',
      '1',
      '--embed-preprocessing',
      '--preset',
      'raw',
      '-o',
      'bytes.onnx',
    );
    expect(await refusal('bytes.onnx', '-o', 'x.onnx')).toMatch(/input `image` is uint8 \[N,H,W,3\]/);
  });
});
