import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { ModelError } from '../../../src/base/errors.js';
import { probabilitiesOver } from '../../../src/base/probabilities.js';
import { onnxruntime } from '../../../src/engines/onnxruntime.js';
import { createExplainer } from '../../../src/explainer/create-explainer.js';
import type { ScoreChoice } from '../../../src/graph/prepared-network.js';
import { errorOf, TOLERANCE } from '../expect-digest.js';
import { probeInput } from '../probe-input.js';
import { fillSeeded } from '../seeded.js';
import { graphOf, type Kind } from './load.js';

const SIDE = 16;
const folder = mkdtempSync(join(tmpdir(), 'bench-kinds-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The pictures of scripts/golden/kinds, [n, channels, 16, 16]. */
function pictures(n: number, channels: number): Float32Array {
  const all = [0, 1, 2].slice(0, n).map((phase) => probeInput(SIDE, SIDE, phase));
  return Float32Array.from(all.flatMap((one) => [...one.subarray(0, channels * SIDE * SIDE)]));
}

/** Rounded to float16, as a network with such an input is given it. */
export function toHalf(value: number): number {
  const quantum = 2 ** (Math.max(-14, Math.floor(Math.log2(Math.abs(value)))) - 10);
  return Math.round(value / quantum) * quantum;
}

interface Asked {
  readonly method?: string;
  /** A second one, read at the same classes. */
  readonly and?: string;
  readonly classes?: readonly number[];
  readonly choice?: ScoreChoice;
  /** How many pictures in one batch. */
  readonly n?: number;
  readonly half?: boolean;
  /** onnxruntime when absent. */
  readonly engine?: string;
}

/** What the product makes of a network: by the file, as a user's. */
export async function explain(kind: Kind, asked: Asked = {}) {
  const { choice = {}, n = 1, half = false, engine = 'onnxruntime' } = asked;
  const methods = [asked.method, asked.and].filter((method) => method !== undefined);
  const classes = asked.classes ?? kind.classes ?? [0, 1];
  const model = join(folder, `${kind.name}.onnx`);
  writeFileSync(model, fillSeeded(Buffer.from(kind.onnx, 'base64')));
  const explainer = await createExplainer({
    ...{ model, choice, engine, threads: 1 },
    ...{ k: classes.length, classes: 'given', input: { height: SIDE, width: SIDE } },
    requests: methods.map((method) => ({ method })),
  });
  try {
    const { score, notes, outputs, inputShape } = explainer;
    const x = pictures(n, inputShape[0]);
    const ids = Int32Array.from({ length: n * classes.length }, (_, i) => classes[i % classes.length]!);
    const { logits, maps } = await explainer.ask({
      kind: 'pass',
      images: half ? x.map(toHalf) : x,
      n,
      classIds: ids,
    });
    const probabilities = Array.from(logits).map(probabilitiesOver(score.probability, logits));
    const map = (i: number, of = 0) => {
      const area = maps[of]!.length / ids.length;
      return maps[of]!.subarray(i * area, (i + 1) * area);
    };
    return { logits, probabilities, score, notes, layer: outputs[0]?.layer, map };
  } finally {
    await explainer.close();
  }
}

/** The product's refusal, one clear line; undefined when it explains the network. */
export async function refusalOf(kind: Kind, asked: Asked = {}): Promise<string | undefined> {
  try {
    await explain(kind, asked);
    return undefined;
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    expectClear(error.message);
    return error.message;
  }
}

/** Shapes are probed with two, three and 7919 pictures: no file holds such batches. */
function expectClear(message: string): void {
  expect(message).toMatch(/^[^\n]{20,600}$/);
  for (const [, shape] of message.matchAll(/\[([\d,N·]+)\]/g)) {
    if (shape !== '3,16,16') expect(shape, message).not.toMatch(/^[23],.*,|7919|15838|23757/);
  }
}

/** Largest difference as a share of the golden's largest magnitude. */
export function expectNear(actual: ArrayLike<number>, golden: readonly number[], what: string): void {
  expect(actual.length, what).toBe(golden.length);
  const scale = Math.max(...golden.map(Math.abs));
  if (scale === 0) expect(Math.max(...Array.from(actual, Math.abs)), what).toBeLessThan(1e-9);
  else expect(errorOf(actual, golden, scale), what).toBeLessThan(TOLERANCE);
}

/** Scores, probabilities, default layer and Grad-CAM of a network are those of PyTorch. */
export async function expectTruth(kind: Kind, asked: Asked = {}): Promise<void> {
  const method = kind.layer === undefined ? {} : { method: 'grad-cam' };
  const found = await explain(kind, { ...method, ...asked });
  expect(found.notes).toEqual([]);
  expectNear(found.logits, kind.logits!, 'scores');
  // A choice of them has no name in the file, and those of several heads have several.
  const oneName = !found.score.text.startsWith('logits ');
  if (kind.scores?.length && oneName) expect(kind.scores).toContain(explainedIn(found.score.text));
  if (kind.probabilities !== undefined) expectNear(found.probabilities, kind.probabilities, 'probabilities');
  expectMaps(kind, found);
}

export function expectMaps(kind: Kind, found: Awaited<ReturnType<typeof explain>>): void {
  if (kind.layer === undefined) return;
  expect([kind.layer, ...(kind.sameValue ?? [])]).toContain(found.layer);
  for (const [i, map] of (kind.maps ?? []).entries())
    expectNear(found.map(i), map, `map of class ${kind.classes![i]}`);
}

/** Three pictures in one batch, or one after the other where the file takes one at a time. */
export async function expectBatch(kind: Kind, asked: Asked = {}): Promise<void> {
  const { logits, maps } = kind.batch!;
  // Of a file for one picture the truth has one.
  const n = Math.min(3, logits.length);
  const found = await explain(kind, { method: 'grad-cam', n, classes: [kind.classes![0]], ...asked });
  expectNear(found.logits, logits.slice(0, n).flat(), 'scores');
  const all = Array.from({ length: n }, (_, i) => [...found.map(i)]);
  expectNear(all.flat(), maps.slice(0, n).flat(), 'maps');
}

/** A line names the value that is explained, and the scores are that value. */
export async function expectSaid(kind: Kind, asked: Asked = {}): Promise<void> {
  const found = await explain(kind, {
    ...(kind.layer === undefined ? {} : { method: 'grad-cam' }),
    ...asked,
  });
  expect(found.notes).not.toEqual([]);
  const value = explainedIn(found.score.text);
  if (found.notes.some((note) => note.includes('patch embedding'))) return expectMaps(kind, found);
  expect(found.notes.join()).toContain(`\`${value}\``);
  const scores = await numbersAt(kind, value);
  const two = scores.length === 1 ? [-scores[0]!, scores[0]!] : scores;
  expectNear(found.logits, two, `scores are \`${value}\``);
  if (kind.scores?.includes(value)) expectMaps(kind, found);
}

/** The value that a score's text names first. */
const explainedIn = (text: string): string => /`([^`]+)`/.exec(text)![1]!;

/** A value of the file for the first picture, as onnxruntime has it. */
async function numbersAt(kind: Kind, value: string): Promise<readonly number[]> {
  const graph = graphOf(kind);
  const session = await onnxruntime.load({
    ...graph,
    outputs: [{ name: value, dtype: 'float32', shape: ['N'] }],
  });
  const shape = [1, 3, SIDE, SIDE];
  const x = { dtype: 'float32', shape, data: pictures(1, 3) } as const;
  const results = await session.run({ [graph.inputs[0]!.name]: x });
  await session.close();
  return Array.from(results[value]!.data as Float32Array);
}

export type Outcome = 'ok' | 'said' | 'refused';

/** What is expected of a network, or what the product does instead; tests say why. */
export async function expectOutcome(kind: Kind, outcome: Outcome, asked: Asked = {}): Promise<void> {
  if (outcome === 'ok') return expectTruth(kind, asked);
  if (outcome === 'said') return expectSaid(kind, asked);
  expect(await refusalOf(kind, { method: 'grad-cam', ...asked })).toBeDefined();
}

/** A test for each network of a kind. */
export function each(kinds: readonly Kind[], test: (kind: Kind) => Promise<void>): void {
  it.each(kinds.map((kind) => [kind.name, kind.why, kind] as const))('%s: %s', (_name, _why, kind) =>
    test(kind),
  );
}
