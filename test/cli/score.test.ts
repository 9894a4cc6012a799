import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Graph, Node } from '../../src/onnx/graph.js';
import { parseModel } from '../../src/onnx/read.js';
import { writeModel } from '../../src/onnx/write.js';
import { bench, makeWorld, PACKAGE } from './world.js';

const cases = join(PACKAGE, 'test', 'cases');
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-score-'));
  await makeWorld(folder);
});
afterAll(() => rm(folder, { recursive: true }));

describe('bench explain', () => {
  const explain = (model: string, ...more: string[]) =>
    bench(folder, [
      ...['explain', join(cases, 'picture-32.png'), '--model', join(cases, model), '--method', 'grad-cam'],
      ...['--size', '32', '--scale', '1/255', ...more],
    ]);

  it('asks for the output where two may hold the scores, and takes the one that is named', async () => {
    const unnamed = await explain('several-outputs/featfirst.onnx');
    expect(unnamed.status).toBe(1);
    expect(unnamed.stderr).toMatch(
      /`emb` \[N,16\], `logits` \[N,4\]; name one with model\.output \(--output NAME\)\n$/,
    );
    const named = await explain('several-outputs/featfirst.onnx', '--output', 'logits');
    expect(named.status).toBe(0);
    expect(named.stdout).toContain(
      'grad-cam at /act_2/Relu_output_0: class 3, score 0.195, probability 0.275',
    );
  });

  it('tells a folder of results from an output', async () => {
    const { status, stderr } = await explain('several-outputs/featfirst.onnx', '--output', 'results/');
    expect(status).toBe(1);
    expect(stderr).toMatch(/no output `results\/`; outputs: emb, logits; did you mean --out\?\n$/);
  });

  it('shows the score that is asked for, and the same probability whichever it is', async () => {
    const line = async (score: string) =>
      (await explain('several-outputs/argmax.onnx', '--score', score)).stdout.split('\n')[0]!;
    expect(await line('logit')).toContain('score 0.195, probability 0.275');
    expect(await line('log-probability')).toContain('score -1.290, probability 0.275');
    expect(await line('probability')).toContain('score 0.275, probability 0.275');
    expect(await line('output')).toContain('score 0.275, probability 0.275');
  });

  it('names two classes of a network with one score, from one label or none', async () => {
    await writeFile(join(folder, 'one.txt'), 'cat\n');
    const both = ['--top', '2'];
    const numbered = await explain('single-score/singles.onnx', ...both);
    expect(numbered.stdout).toMatch(
      /: not class 1, score 0\.040, probability 0\.510,.*\n.*: class 1, score -0\.040, probability 0\.490,/,
    );
    const named = await explain('single-score/singles.onnx', ...both, '--labels', 'one.txt');
    expect(named.stdout).toMatch(/: not cat, score 0\.040.*\n.*: cat, score -0\.040/);
  });
});

describe('bench layers', () => {
  it('says the score, every layer, the defaults, what runs and why the rest does not', async () => {
    const { status, stdout } = await bench(folder, [
      ...['layers', join(cases, 'guided', 'relu-as-absavg.onnx')],
      ...['--size', '32'],
    ]);
    expect(status).toBe(0);
    const lines = stdout.split('\n');
    expect(lines[0]).toBe('score: `y`, as the model gives it');
    expect(stdout).toMatch(/\/c3\/Conv_output_0 +Conv +16 × 16 × 16 *\n/);
    expect(stdout).toMatch(/\/act_2\/Div_output_0 +Div +16 × 16 × 16 +default, default of cam\n/);
    expect(stdout).toContain(
      'model.layer and --layer do not count for cam, mwp and c-mwp: they have defaults of their own',
    );
    expect(stdout).toMatch(/methods that run on it: grad-cam, cam, backprop, /);
    expect(stdout).toMatch(
      /not guided-backprop, guided-grad-cam: Abs `\/act_2\/Abs` has no backward rule for guided-backprop/,
    );
  });

  it('names a patch embedding for what it is', async () => {
    const { stdout } = await bench(folder, [
      'layers',
      join(cases, 'expand-batch', 'vit-cls.onnx'),
      '--size',
      '32',
    ]);
    expect(stdout).toContain(
      'the default layer, `/pe/Conv_output_0`, is the first convolution (a patch embedding)',
    );
    expect(stdout).toMatch(/methods that run on it: eigen-cam, occlusion, score-cam, rise\n/);
  });
});

describe('bench run', () => {
  const node = (op: string, input: string, output: string): Node => ({
    ...{ op, domain: '', name: output, inputs: [input], outputs: [output], attributes: {} },
  });
  /** The world's network with one more node behind its scores. */
  async function withTail(op: string): Promise<void> {
    const graph: Graph = parseModel(await readFile(join(folder, 'colors.onnx')), 'colors.onnx');
    const nodes = [...graph.nodes, node(op, 'scores', 'tail')];
    const outputs = [{ ...graph.outputs[0]!, name: 'tail' }];
    await writeFile(join(folder, `${op}.onnx`), writeModel({ ...graph, nodes, outputs }));
  }
  const run = async (model: string, out: string, ...more: string[]) => {
    const args = ['run', 'world.yaml', '--set', `model.onnx=${model}`, '--out', out, ...more];
    const outcome = await bench(folder, args);
    const record = JSON.parse(await readFile(join(folder, out, 'run.json'), 'utf8'));
    return {
      ...outcome,
      score: record.networks[0].score,
      csv: await readFile(join(folder, out, 'table.csv'), 'utf8'),
    };
  };

  it('explains the same behind a Sigmoid, and says nothing', async () => {
    await withTail('Sigmoid');
    const plain = await run('colors.onnx', 'plain');
    const behind = await run('Sigmoid.onnx', 'sigmoid', '--set', 'model.name=colors');
    expect(plain.score).toEqual({ kind: 'logit', text: '`scores`, as the model gives it' });
    expect(behind.score).toEqual({ kind: 'logit', text: 'logit `scores`, the input of Sigmoid `tail`' });
    expect(behind.stderr).not.toContain('explained');
    expect(behind.csv).toBe(plain.csv);
  });

  it('says in one line, and in run.json, which value is explained where it may be no logit', async () => {
    await withTail('Tanh');
    const { status, stderr, score } = await run('Tanh.onnx', 'tanh');
    expect(status).toBe(0);
    expect(score.note).toMatch(
      /^Tanh `tail` bounds the scores and is neither Softmax nor Sigmoid: its input `scores` is explained/,
    );
    expect(stderr.split('\n').filter((line) => line.includes(score.note))).toHaveLength(1);
  });

  it('records another score, and what its probabilities are taken to be', async () => {
    const methods = ['--set', 'methods=[grad-cam]', '--set', 'model.score=probability'];
    const { score } = await run('colors.onnx', 'probability', ...methods);
    expect(score.kind).toBe('probability');
    expect(score.note).toMatch(
      /ends without Softmax or Sigmoid: its probabilities are taken to be a Softmax's of `scores`$/,
    );
  });

  it('tells that cam does not read model.layer', async () => {
    const { stderr } = await run('colors.onnx', 'layer', '--set', 'model.layer=conv1');
    expect(stderr).toContain('cam reads `relu1`: model.layer and --layer do not count for it');
  });

  it('refuses a score that there is none of', async () => {
    const { status, stderr } = await bench(folder, ['run', 'world.yaml', '--set', 'model.score=logits']);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^bench: world\.yaml: model\.score: .*logit.*\n$/);
  });
});
