import { readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { onnxruntime } from '../../src/engines/onnxruntime.js';
import { CLASS_IDS, compile, LOGITS } from '../../src/explainer/compile.js';
import { defaultLayer } from '../../src/graph/layers.js';
import { prepare } from '../../src/graph/network.js';
import { parseModel } from '../../src/onnx/read.js';
import { errorOf, expectDigest, TOLERANCE } from './expect-digest.js';
import type { Digest } from './load-networks.js';
import { probeInput } from './probe-input.js';
import { fillSeeded, seededValues } from './seeded.js';

/** What PyTorch makes of a topology in float64, see scripts/golden/topologies.py. */
interface GoldenTopology {
  readonly name: string;
  readonly opset: number;
  readonly input: { readonly height: number; readonly width: number };
  readonly phase: number;
  readonly logits: readonly number[];
  readonly logitsMax: number;
  readonly top: readonly number[];
  readonly layer: string;
  readonly gradCam: readonly (readonly number[])[];
  /** Largest |gradient| over the channels, per class; null for networks with [N,H,W,C] input. */
  readonly saliency: readonly Digest[] | null;
}

const read = (name: string) => readFileSync(new URL(name, import.meta.url));
const topologies = read('topologies.jsonl')
  .toString('utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as GoldenTopology);

/** Largest relative differences of each network; written as a table where BENCH_PARITY_TABLE says, see docs/measurements/parity.md. */
const parity: string[] = [];

afterAll(() => {
  const file = process.env.BENCH_PARITY_TABLE;
  if (file) writeFileSync(file, `${parity.join('\n')}\n`);
});

it('weights from a seed are those of the script', () => {
  // python -c "import seeded; print(seeded.values('w', 3, -1, 1))"
  expect([...seededValues('w', 3, -1, 1)]).toEqual([
    -0.20774149894714355, 0.5786590576171875, -0.437541127204895,
  ]);
});

describe.each(topologies.map((golden) => [golden.name, golden] as const))('%s', (name, golden) => {
  it(`opset ${golden.opset}: scores, input gradient and Grad-CAM equal PyTorch's`, async () => {
    const { height, width } = golden.input;
    const graph = parseModel(fillSeeded(gunzipSync(read(`topologies/${name}.onnx.gz`))), name);
    const k = golden.top.length;
    const network = prepare(graph, golden.input);
    expect(defaultLayer(network)).toBe(golden.layer);
    const compiled = compile(network, {
      requests: [{ method: 'backprop' }, { method: 'grad-cam' }],
      k,
      classes: 'top',
    });
    const session = await onnxruntime.load(compiled.graph);
    const image = probeInput(height, width, golden.phase);
    const results = await session.run({
      [compiled.graph.inputs[0]!.name]: { dtype: 'float32', shape: [1, 3, height, width], data: image },
    });
    await session.close();
    const values = (output: string) => results[output]!.data as Float32Array;
    const scores = errorOf(values(LOGITS), golden.logits, golden.logitsMax);
    expect(scores).toBeLessThan(TOLERANCE);
    expect(Array.from(results[CLASS_IDS]!.data, Number)).toEqual(golden.top);
    const part = (output: string, j: number) => {
      const area = values(output).length / k;
      return values(output).subarray(j * area, (j + 1) * area);
    };
    golden.saliency?.forEach((digest, j) => {
      expectDigest(part('map_0', j), digest);
    });
    const sampled = golden.saliency?.map((digest, j) =>
      errorOf(
        digest.samples.map((_, i) => part('map_0', j)[i * digest.stride]!),
        digest.samples,
        digest.max,
      ),
    );
    const scale = Math.max(...golden.gradCam.flat());
    const cams = golden.gradCam.map((map, j) => errorOf(part('map_1', j), map, Math.max(...map) || scale));
    for (const difference of cams) expect(difference).toBeLessThan(TOLERANCE);
    const cells = [scores, sampled && Math.max(...sampled), Math.max(...cams)];
    parity.push(
      `| ${name} | ${golden.opset} | ${cells.map((cell) => cell?.toExponential(1) ?? '–').join(' | ')} |`,
    );
  }, 60_000);
});
