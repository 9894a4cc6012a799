import { afterAll, expect, it } from 'vitest';
import { BenchError } from '../../src/base/errors.js';
import { compile, LOGITS, naming, prepareNamed } from '../../src/explainer/compile.js';
import { prepareFor } from '../../src/graph/network.js';
import type { Network } from '../../src/graph/prepared-network.js';
import { parseModel } from '../../src/onnx/read.js';
import { writeModel } from '../../src/onnx/write.js';
import { loadGoldenCases } from '../golden/load-case.js';
import { fullyConnected, gapNet } from '../methods/small-nets.js';
import { uniform } from '../reference/random.js';
import { agree, allFinite } from './agreement.js';
import { oneOf, type Pick, pickOf } from './bytes.js';
import { mutatedModel } from './models.js';
import { Runtime } from './runtime.js';
import { watchdog } from './watchdog.js';

/*
 * Damaged ONNX files compile or are refused by the project's own error. `BENCH_FUZZ=5000` takes as many cases and also
 * runs what compiles, and the damaged file itself, in an onnxruntime of its own process; `BENCH_FUZZ_SEED` is the first.
 */
const LONG = process.env.BENCH_FUZZ !== undefined;
const COUNT = Number(process.env.BENCH_FUZZ ?? 400);
const FIRST = Number(process.env.BENCH_FUZZ_SEED ?? 0);
const METHODS = 'grad-cam guided-backprop deconvnet c-mwp mwp cam grad-cam++ guided-grad-cam layer-cam'.split(
  ' ',
);
/** Of a case: far beyond what the slowest takes on a busy machine. */
const LONGEST_SECONDS = 60;
const LARGEST_GROWTH = 700 * 2 ** 20;

const guard = watchdog('test/fuzz/onnx.test.ts, seed', LONGEST_SECONDS);
const runtime = new Runtime();
afterAll(async () => {
  runtime.close();
  await guard.stop();
});

/** Two whole classifiers, and every operator's golden case. */
const operators = loadGoldenCases().map(({ graph, x }) => ({ graph, dims: x.shape.slice(1) }));
function sourceOf(pick: Pick) {
  return pick(3) === 0 ? { graph: oneOf(pick, [gapNet, fullyConnected]) } : oneOf(pick, operators);
}

function compileDamaged(seed: number) {
  const pick = pickOf(seed);
  const source = sourceOf(pick);
  const file = mutatedModel(source.graph, pick);
  const read = parseModel(file, 'bad.onnx');
  const network =
    'dims' in source
      ? naming('bad.onnx', () => prepareFor(read, source.dims))
      : prepareNamed('bad.onnx', read);
  const models = ['backprop', oneOf(pick, METHODS)].map((method) => {
    const options = { requests: [{ method }], k: 2, classes: 'top' } as const;
    return writeModel(naming('bad.onnx', () => compile(network, options)).graph);
  });
  return { file, network, models };
}

/** What became of a case whose models compiled: one word for the summary. */
async function runDamaged(seed: number, file: Buffer, network: Network, models: readonly Uint8Array[]) {
  const shape = [2, ...network.inputShape];
  const size = shape.reduce((product, dim) => product * dim, 1);
  if (size > 1 << 20) return 'too large to be run here';
  const feed = { name: network.input, shape, data: Float32Array.from(uniform(size, seed)) };
  let scores = new Float32Array();
  for (const model of models) {
    const answer = await runtime.run({ ...feed, model });
    expect(answer, `seed ${seed}: onnxruntime on the compiled graph`).toHaveProperty('outputs');
    if ('outputs' in answer) scores = Float32Array.from(answer.outputs[LOGITS]!);
  }
  const raw = await runtime.run({ ...feed, model: file });
  if ('ended' in raw) return `ended onnxruntime by ${raw.ended} when given the damaged file`;
  if ('error' in raw) return 'ran, onnxruntime refuses the damaged file';
  if (!allFinite(scores)) return 'ran, its scores are not finite';
  expect(agree(raw.outputs, scores, network.classCount), `seed ${seed}: other scores`).toBe(true);
  return 'ran, with the scores that onnxruntime gives the damaged file';
}

it(`${COUNT} damaged ONNX files compile or are refused by the project’s own error, on one line`, async () => {
  const counts = new Map<string, number>();
  const count = (what: string) => counts.set(what, (counts.get(what) ?? 0) + 1);
  const before = process.memoryUsage().rss;
  for (let seed = FIRST; seed < FIRST + COUNT; seed++) {
    guard.begin(seed);
    let made: ReturnType<typeof compileDamaged>;
    try {
      made = compileDamaged(seed);
    } catch (error) {
      const { message, stack } = error as Error;
      expect(error, `seed ${seed}: ${stack}`).toBeInstanceOf(BenchError);
      expect(message, `seed ${seed}`).toMatch(/^bad\.onnx: [^\n]+$/);
      count('refused');
      continue;
    }
    count('compiled');
    if (LONG) count(await runDamaged(seed, made.file, made.network, made.models));
    expect(process.memoryUsage().rss - before, `seed ${seed}: memory`).toBeLessThan(LARGEST_GROWTH);
  }
  if (LONG) console.log(Object.fromEntries(counts));
  expect(counts.get('refused')).toBeGreaterThan(COUNT / 10);
  expect(counts.get('compiled')).toBeGreaterThan(COUNT / 10);
}, 7_200_000);
