import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ModelError } from '../../src/base/errors.js';
import { probabilitiesOver } from '../../src/base/probabilities.js';
import { createExplainer } from '../../src/explainer/create-explainer.js';
import { reportModel } from '../../src/explainer/layers.js';
import { decodeImage } from '../../src/images/decode.js';

/*
 * Networks that were explained wrongly, or not at all: what PyTorch makes of them (scripts/golden/kinds/cases.py) has to come
 * out, for one image and for a batch of three.
 */

interface Case {
  readonly file: string;
  readonly layer: string;
  readonly classes: number;
  readonly images: number;
  /** [images, classes] */
  readonly logits: readonly number[];
  readonly shape: readonly [number, number];
  /** [images, classes, h, w] */
  readonly maps: readonly number[];
}

const folder = fileURLToPath(new URL('../cases/', import.meta.url));
const cases: readonly Case[] = JSON.parse(
  readFileSync(fileURLToPath(new URL('cases.json', import.meta.url)), 'utf8'),
);
const size = { height: 32, width: 32 };

/** The picture, its mirror image and its negative: [3, 3, 32, 32], 0…1. */
async function pictures(): Promise<Float32Array> {
  const { data } = await decodeImage(`${folder}picture-32.png`);
  const area = 32 * 32;
  return Float32Array.from({ length: 3 * 3 * area }, (_, i) => {
    const [image, channel, at] = [Math.floor(i / (3 * area)), Math.floor(i / area) % 3, i % area];
    const from = image === 1 ? 32 * Math.floor(at / 32) + 31 - (at % 32) : at;
    const value = data[3 * from + channel]! / 255;
    return image === 2 ? 1 - value : value;
  });
}

function far(found: ArrayLike<number>, expected: readonly number[]): number {
  const largest = Math.max(...expected.map(Math.abs));
  return Math.max(...expected.map((value, i) => Math.abs(value - found[i]!))) / largest;
}

const OUTPUTS: Readonly<Record<string, string>> = { 'several-outputs/featfirst.onnx': 'logits' };

async function explain(file: string, classes: number, n: number, method = 'grad-cam') {
  const explainer = await createExplainer({
    model: `${folder}${file}`,
    choice: { output: OUTPUTS[file] },
    requests: [{ method }],
    k: classes,
    classes: 'given',
    input: size,
    engine: 'onnxruntime',
  });
  try {
    const images = (await pictures()).slice(0, n * 3 * 32 * 32);
    const ids = Int32Array.from({ length: n * classes }, (_, i) => i % classes);
    return { explainer, batch: await explainer.ask({ kind: 'pass', images, n, classIds: ids }) };
  } finally {
    await explainer.close();
  }
}

describe.each(cases)('$file', ({ file, layer, classes, images, logits, maps }) => {
  it.each([1, 3])('gives the scores and maps of PyTorch in a batch of %i', async (n) => {
    const { explainer, batch } = await explain(file, classes, n);
    const part = (values: readonly number[]) =>
      values.slice(0, (values.length / images) * Math.min(n, images));
    expect(explainer.outputs[0]!.layer).toBe(layer);
    expect(far(batch.logits, part(logits))).toBeLessThan(1e-4);
    expect(far(batch.maps[0]!, part(maps))).toBeLessThan(1e-4);
  });

  it('is explained at that layer by default, and bench layers says so', async () => {
    const report = await reportModel(`${folder}${file}`, size, { output: OUTPUTS[file] });
    expect(report.layers.filter(({ isDefault }) => isDefault).map(({ name }) => name)).toEqual([layer]);
    expect(report.methods).toContain('grad-cam');
  });
});

describe('the score that is explained', () => {
  it.each([
    ['sigmoid-head/sigmoid-saturated.onnx', 'logit `/Mul_output_0`, the input of Sigmoid `/Sigmoid`'],
    ['softmax-not-last/softmax-log.onnx', 'logit `/fc/Gemm_output_0`, the input of Softmax `/Softmax`'],
    [
      'softmax-not-last/softmax-then-clamp.onnx',
      'logit `/fc/Gemm_output_0`, the input of Softmax `/Softmax`',
    ],
    ['default-layer/act-tanh.onnx', '`y`, as the model gives it'],
    [
      'single-score/singles.onnx',
      'logit `/fc/Gemm_output_0`, the input of Sigmoid `/Sigmoid`; one score z stands for two classes, −z and z',
    ],
  ])('%s: %s', async (file, text) => {
    const { score } = await reportModel(`${folder}${file}`, size);
    expect(score.text).toBe(text);
    expect(score.note).toBeUndefined();
  });

  it('of a sure multi-label network is no probability, and each class has its own', async () => {
    const { explainer, batch } = await explain('sigmoid-head/sigmoid-saturated.onnx', 4, 1);
    expect([...batch.logits].map((logit) => Number(logit.toFixed(1)))).toEqual([63.5, 62.9, 37.4, -44.3]);
    const probability = probabilitiesOver(explainer.score.probability, batch.logits);
    expect([...batch.logits].map(probability)).toEqual([1, 1, 1, expect.closeTo(0, 15)]);
  });

  it('of one score has the probabilities 1 − p and p', async () => {
    const { explainer, batch } = await explain('single-score/singles.onnx', 2, 1);
    const probability = probabilitiesOver(explainer.score.probability, batch.logits);
    const [not, is] = [...batch.logits].map(probability) as [number, number];
    expect(not + is).toBeCloseTo(1, 6);
    expect(is).toBeCloseTo(1 / (1 + Math.exp(-batch.logits[1]!)), 6);
  });
});

describe('several outputs', () => {
  it('are asked for where two may hold the scores', async () => {
    await expect(reportModel(`${folder}several-outputs/featfirst.onnx`, size)).rejects.toThrow(
      /2 outputs, more than one may have one score per class: `emb` \[N,16\], `logits` \[N,4\]; name one with model.output/,
    );
  });

  it('need no name where the labels are as many as one of them has scores', async () => {
    const { score } = await reportModel(`${folder}several-outputs/featfirst.onnx`, size, { classes: 4 });
    expect(score.output).toBe('logits');
  });

  it('are not asked for where one is no score at all', async () => {
    const { score } = await reportModel(`${folder}several-outputs/argmax.onnx`, size);
    expect(score.output).toBe('prob');
  });
});

it.each(['guided-backprop', 'deconvnet'])(
  '%s is refused at a nonlinearity that has no rule for it',
  async (method) => {
    const refused = explain('guided/relu-as-absavg.onnx', 1, 1, method);
    await expect(refused).rejects.toThrow(ModelError);
    await expect(refused).rejects.toThrow(`Abs \`/act_2/Abs\` has no backward rule for ${method}`);
  },
);

it('a class token whose batch is not in front is refused in words that can be acted on', async () => {
  await expect(explain('expand-batch/vit-cls.onnx', 1, 1)).rejects.toThrow(
    /moves the batch axis: export the model with the batch first/,
  );
});
