import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bench, imagePath, makeWorld } from './world.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-cli-'));
  await makeWorld(folder);
});
afterAll(() => rm(folder, { recursive: true }));

describe('bench check', () => {
  beforeAll(async () => {
    await bench(folder, ['run', 'world.yaml', '--out', 'results']);
  });

  it('is content with the same results', async () => {
    // A table alone, without the decisions about each image beside it.
    await copyFile(join(folder, 'results', 'table.csv'), join(folder, 'same.csv'));
    const { status, stdout } = await bench(folder, ['check', 'results', '--baseline', 'same.csv']);
    expect(status).toBe(0);
    expect(stdout).toBe('4 rows compared, 0 not as good (tolerance 0 points)\n');
    // Whatever it is called, it is a table.
    await copyFile(join(folder, 'results', 'table.csv'), join(folder, 'table.txt'));
    expect((await bench(folder, ['check', 'results', '--baseline', 'table.txt'])).stdout).toBe(stdout);
  });

  it('names the row that got worse, and obeys the tolerance', async () => {
    const table = await readFile(join(folder, 'results', 'table.csv'), 'utf8');
    const [head, gradCam, ...rest] = table.split('\n');
    const worse = gradCam!.replace(/,0\.0000,0\.0000,0\.0000,/, ',0.4000,0.0000,0.0000,');
    await writeFile(join(folder, 'worse.csv'), [head, worse, ...rest].join('\n'));
    const args = ['check', 'worse.csv', '--baseline', 'results/table.csv'];
    const bad = await bench(folder, args);
    expect(bad.status).toBe(1);
    expect(bad.stdout).toMatch(
      /^worse: colors, grad-cam at relu1, .*: cls_top1_error 0\.0000 → 0\.4000\n4 rows compared, 1 not/,
    );
    expect((await bench(folder, [...args, '--tolerance', '0.5'])).status).toBe(0);
  });

  it('says which file is missing', async () => {
    const { status, stderr } = await bench(folder, ['check', 'nowhere', '--baseline', 'results/table.csv']);
    expect(stderr).toBe('bench: nowhere: no such table; bench run writes it\n');
    expect(status).toBe(1);
  });
});

describe('bench explain', () => {
  it('draws classes that are named, with raw maps beside', async () => {
    const args = ['explain', imagePath(folder, 0), '--config', 'world.yaml', '--method', 'grad-cam,backprop'];
    const { status, stdout } = await bench(folder, [
      ...args,
      '--class',
      'green square',
      '--class',
      '0',
      '--out',
      'ex',
      '--npy',
    ]);
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /grad-cam at relu1: red square, score 0\.\d+, probability 0\.\d+, box 0 [34] 1\d 1\d \(>=0\.3 of max\)\n/,
    );
    const files = await readdir(join(folder, 'ex'));
    const stem = 'ILSVRC2012_val_00000001';
    expect(files.sort()).toEqual(
      [`${stem}.png`, `${stem}.1-grad-cam.npy`, `${stem}.2-backprop.npy`, `${stem}.logits.npy`].sort(),
    );
    const npy = await readFile(join(folder, 'ex', `${stem}.1-grad-cam.npy`));
    expect(npy.toString('latin1', 0, 120)).toContain("'shape': (2, 16, 16)");
    expect(npy.length % (2 * 16 * 16 * 4)).toBe(npy.length - 2 * 16 * 16 * 4);
  });

  it('has a row in the raw maps for each class that is shown, and none for one that was asked for twice', async () => {
    const args = ['explain', imagePath(folder, 0), '--config', 'world.yaml', '--method', 'grad-cam'];
    const more = ['--top', '2', '--class', 'red square', '--npy', '--out', 'twice'];
    const { status, stdout } = await bench(folder, [...args, ...more]);
    expect(status).toBe(0);
    expect(stdout.match(/grad-cam at relu1/g)).toHaveLength(2);
    const npy = await readFile(join(folder, 'twice', 'ILSVRC2012_val_00000001.1-grad-cam.npy'));
    expect(npy.toString('latin1', 0, 120)).toContain("'shape': (2, 16, 16)");
  });

  it('takes preprocessing and names from flags', async () => {
    const flags = ['--size', '16', '--scale', '1/255', '--labels', 'data/LOC_synset_mapping.txt'];
    const args = [
      'explain',
      imagePath(folder, 1),
      imagePath(folder, 2),
      '--model',
      'colors.onnx',
      '--method',
      'cam',
    ];
    const { status, stdout, stderr } = await bench(folder, [
      ...args,
      ...flags,
      '--top',
      '1',
      '--out',
      'flags',
    ]);
    expect(stderr).toMatch(/^engine: .+\n$/);
    expect(status).toBe(0);
    expect(stdout).toContain('00000002.JPEG: cam at relu1: green square');
    expect(stdout).toContain('00000003.JPEG: cam at relu1: blue square');
  });

  it("draws a method's box by the method's own rule, and reads it at its own layer", async () => {
    const config = await readFile(join(folder, 'world.yaml'), 'utf8');
    const own = `[{ name: grad-cam, layer: conv1, box: { rule: mean, alpha: 1 } }, { name: grad-cam }, cam,
  { name: backprop, box: { rule: mean, alpha: search } }]`;
    await writeFile(join(folder, 'own.yaml'), config.replace('[grad-cam, cam, backprop]', own));
    const image = ['explain', imagePath(folder, 0), '--top', '1'];
    const args = [...image, '--config', 'own.yaml', '--out', 'own', '--method'];
    const { status, stdout } = await bench(folder, [...args, 'cam,grad-cam']);
    expect(status).toBe(0);
    const [cam, gradCam] = stdout.split('\n');
    expect(cam).toMatch(/: cam at relu1: red square, .+ \(>=0\.3 of max\)$/);
    expect(gradCam).toMatch(/: grad-cam at conv1: red square, .+ \(>1 of mean\)$/);
    const named = await bench(folder, [...args, 'grad-cam', '--layer', 'relu1']);
    expect(named.stdout).toMatch(/: grad-cam at relu1: .+ \(>1 of mean\)\n/);
    const searched = await bench(folder, [...args, 'backprop']);
    expect(searched.status).toBe(1);
    expect(searched.stderr).toBe(
      'bench: alpha: search needs localization.alphas, the file that holds it; `bench alpha CONFIG --images LIST` finds it\n',
    );
  });

  const image = 'x.png';
  const cases: readonly [string, string[], number, RegExp][] = [
    [
      'a method that the network that comes along has not',
      ['--method', 'cam'],
      1,
      /squeezenet1\.1\.onnx: cam needs a network that ends in global average pooling/,
    ],
    [
      'two configurations',
      ['--model', 'world.yaml', '--config', 'world.yaml', '--method', 'cam'],
      2,
      /--model and --config: give one of them/,
    ],
    ['an empty list of methods', ['--method', ','], 2, /--method: expected names such as/],
    ['JSON and a picture at once', ['--json', '--show'], 2, /--json and --show: give one of them/],
    [
      'an unknown network',
      ['--config', 'world.yaml:colours', '--method', 'cam'],
      1,
      /world\.yaml: no network `colours`; did you mean `colors`\?/,
    ],
    [
      'an unknown class',
      ['--config', 'world.yaml', '--method', 'cam', '--class', 'green'],
      1,
      /--class green: no such class/,
    ],
    [
      'a missing image',
      ['--config', 'world.yaml', '--method', 'cam'],
      1,
      /x\.png: the image file does not exist/,
    ],
    [
      'numbers that are no map',
      ['--config', 'world.yaml', '--method', 'neuron-importance'],
      1,
      /neuron-importance gives numbers that are no map; `bench list` shows the methods/,
    ],
    [
      'half a list',
      ['--model', 'colors.onnx', '--method', 'cam', '--std', '[1,2'],
      1,
      /^bench: --std: expected .*, got "\[1,2"\n$/,
    ],
    ['a bad mean', ['--model', 'colors.onnx', '--method', 'cam', '--mean', '1,2'], 1, /mean: expected /],
    [
      'a bad std',
      ['--model', 'colors.onnx', '--method', 'cam', '--std', '[1,2]'],
      1,
      /^bench: --std: expected /,
    ],
    [
      'changes of no configuration',
      ['--model', 'colors.onnx', '--method', 'cam', '--set', 'localization.threshold=0.5'],
      2,
      /--set localization\.threshold=0\.5: it changes a configuration, and --model colors\.onnx is none/,
    ],
  ];
  it.each(cases)('refuses %s with one line', async (_name, args, status, message) => {
    const outcome = await bench(folder, ['explain', image, ...args]);
    expect(outcome.stderr).toMatch(message);
    expect(outcome.stderr.trim().split('\n')).toHaveLength(1);
    expect(outcome.status).toBe(status);
  });
});

describe('flags of bench explain', () => {
  const explain = (...flags: string[]) =>
    bench(folder, ['explain', imagePath(folder, 0), '--model', 'colors.onnx', '--method', 'cam', ...flags]);

  it('take lists with brackets and without', async () => {
    const forms = [
      ['--size', '16', '--scale', '1/255', '--mean', '[0.5,0.4,0.3]', '--std', '[0.2, 0.25, 0.3]'],
      ['--size', '[16,16]', '--scale', '[1/255]', '--mean', '0.5,0.4,0.3', '--std', '0.2,0.25,0.3'],
      ['--size', '16,16', '--scale=1/255', '--mean', '[0.5, 0.4, 0.3]', '--std=0.2,0.25,0.3'],
    ];
    const outcomes = await Promise.all(forms.map((form, i) => explain(...form, '--out', `form${i}`)));
    const lines = outcomes.map(({ stdout }) => stdout.split('\n')[0]);
    expect(lines[0]).toMatch(/cam at relu1: class 0, score 0\.\d+/);
    expect(new Set(lines).size).toBe(1);
  });

  it('of which --labels is wrong name the file', async () => {
    await writeFile(join(folder, 'two.txt'), 'one\ntwo\n');
    const { stderr } = await explain('--size', '16', '--labels', 'two.txt');
    expect(stderr).toBe('bench: two.txt: 2 class names, the network has 3 classes: give those of its own\n');
  });

  it('are what a wrong size is said in, there and by bench layers', async () => {
    expect((await explain('--size', '20')).stderr).toMatch(
      /^bench: colors\.onnx: .* is asked for: set --size\n$/,
    );
    const { stderr } = await bench(folder, ['layers', 'colors.onnx', '--size', '20']);
    expect(stderr).toMatch(/^bench: colors\.onnx: .* is asked for: set --size\n$/);
  });
});

describe('bench layers and bench list', () => {
  it('lists layers and marks the default', async () => {
    const { status, stdout } = await bench(folder, ['layers', 'colors.onnx']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/relu1 +Relu +3 × 16 × 16 +default/);
  });
  it('says what is wrong with a model', async () => {
    const { status, stderr } = await bench(folder, ['layers', 'world.yaml']);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^bench: world\.yaml: .*\n$/);
  });
  const cut = (whole: Buffer) => whole.subarray(0, whole.length - 9);
  const unknownOperator = (whole: Buffer) =>
    Buffer.from(whole.toString('latin1').replace('Relu', 'Rela'), 'latin1');
  it.each<[string, (whole: Buffer) => Buffer, string[], RegExp]>([
    ['bench layers', cut, ['layers', 'bad.onnx'], /not an ONNX model, or cut short/],
    [
      'bench explain',
      unknownOperator,
      ['explain', 'x.png', '--model', 'bad.onnx', '--method', 'cam', '--size', '16'],
      /operator Rela `relu1` is not supported/,
    ],
    [
      'bench run',
      cut,
      ['run', 'world.yaml', '--set', 'model.onnx=bad.onnx', '--out', 'bad-run'],
      /cut short/,
    ],
  ])('a damaged model is one line with its name for %s', async (_name, damage, args, message) => {
    await writeFile(join(folder, 'bad.onnx'), damage(await readFile(join(folder, 'colors.onnx'))));
    const { status, stderr } = await bench(folder, args);
    expect(status).toBe(1);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^bench: .*bad\.onnx: [^\n]*\n$/);
  });
  it('lists methods, data sets, configurations and engines', async () => {
    const { status, stdout } = await bench(folder, ['list']);
    expect(status).toBe(0);
    for (const name of ['grad-cam', 'imagenet', 'voc', 'imagenet-sample.yaml', 'onnxruntime  available']) {
      expect(stdout).toContain(name);
    }
  });
});
