import { describe, it } from 'vitest';
import { onnxruntime } from '../../src/engines/onnxruntime.js';
import { GraphBuilder } from '../../src/graph/builder.js';
import { prepare } from '../../src/graph/network.js';
import { gradients } from '../../src/graph/walk.js';
import { readModel } from '../../src/onnx/read.js';
import { expectDigest } from './expect-digest.js';
import { checkFile, type GoldenNetwork, loadGoldenNetworks, pathOf } from './load-networks.js';
import { probeInput } from './probe-input.js';

const RULES = ['gradient', 'guided', 'deconvnet'] as const;

/** Signed gradient of the best class to the input, [3, H, W] per rule: the maps of the methods lose the sign. */
async function inputGradients(golden: GoldenNetwork, path: string): Promise<Float32Array[]> {
  const network = prepare(await readModel(path), golden.input);
  const b = new GraphBuilder(network, 1);
  const oneHot = Float32Array.from({ length: golden.classCount }, (_, i) => (i === golden.top[0] ? 1 : 0));
  const seeds = b.constant('float32', [1, golden.classCount], oneHot);
  for (const rule of RULES) {
    const gradient = gradients(b, rule, seeds, [network.input]).get(network.input)!;
    b.output(gradient, { name: rule, dtype: 'float32', shape: ['N', ...network.inputShape] });
  }
  const session = await onnxruntime.load(b.build());
  const data = probeInput(golden.input.height, golden.input.width, golden.phase);
  const results = await session.run({
    [network.input]: { dtype: 'float32', shape: [1, ...network.inputShape], data },
  });
  await session.close();
  return RULES.map((rule) => results[rule]!.data as Float32Array);
}

describe('signed input gradients against PyTorch: gradient, guided, deconvnet', () => {
  for (const golden of loadGoldenNetworks()) {
    const path = pathOf(golden);
    it.skipIf(path === undefined)(golden.name, async () => {
      checkFile(golden, path!);
      const found = await inputGradients(golden, path!);
      RULES.forEach((rule, i) => {
        expectDigest(found[i]!, golden.rules[rule].topGradient);
      });
    });
  }
});
