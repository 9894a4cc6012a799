import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { onnxruntime } from '../../src/engines/onnxruntime.js';
import { tfjs } from '../../src/engines/tfjs/engine.js';
import { probeInput } from '../golden/probe-input.js';
import { BACKEND } from './backend.js';
import { classIds, type Difference, differences, differentRoutes, everyMethod } from './parity.js';

const committed = fileURLToPath(new URL('../../models/quickstart', import.meta.url));
const testData = process.env.BENCH_TEST_DATA;
const files = [
  ...readdirSync(committed)
    .filter((name) => name.endsWith('.onnx'))
    .map((name) => join(committed, name)),
  ...(testData === undefined
    ? []
    : ['squeezenet1.1.onnx', 'mobilenet_v1_0.75.onnx'].map((name) => join(testData, 'models', name))),
];

/** Inputs tried until one leaves no activation so near a kink that float32 decides. */
const TRIED = 8;
/** `BENCH_PRINT_PARITY=1` prints the differences on these inputs, 10 those on ten inputs whatever stands on a kink. */
const PRINTED = Number(process.env.BENCH_PRINT_PARITY ?? 0);

describe(`every method on onnxruntime and on tfjs:${BACKEND}`, () => {
  it.each(files)('%s', { timeout: 60_000 * Math.max(1, PRINTED) }, async (file) => {
    const network = await everyMethod(file, 2);
    const { input, inputShape } = network.network;
    const [, height, width] = inputShape as readonly [number, number, number];
    const [reference, session] = await Promise.all([
      onnxruntime.load(network.graph),
      tfjs(BACKEND).load(network.graph),
    ]);
    let found: readonly Difference[] | undefined;
    for (let phase = 0; phase < (found === undefined ? TRIED : PRINTED); phase++) {
      const data = probeInput(height, width, phase);
      const feeds = { [input]: { dtype: 'float32' as const, shape: [1, ...inputShape], data } };
      const [expected, actual] = [await reference.run(feeds), await session.run(feeds)];
      expect(classIds(actual)).toEqual(classIds(expected));
      const all = differences(network, actual, expected);
      const routes = differentRoutes(actual, expected);
      if (PRINTED > 0) print(file, phase, routes, all);
      if (routes === 0) found ??= all;
    }
    await Promise.all([reference.close(), session.close()]);
    expect(found).toBeDefined();
    expect(found!.filter(({ relative }) => !(relative < 1e-4))).toEqual([]);
    expect(network.methods).toContain('grad-cam');
    expect(network.methods).toContain('backprop');
  });
});

function print(file: string, phase: number, routes: number, all: readonly Difference[]): void {
  for (const { what, relative } of all) {
    console.log(`${basename(file)}\t${what}\t${relative.toExponential(1)}\tphase ${phase}\troutes ${routes}`);
  }
}
