import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type LoadOptions, loadConfig, parseConfig } from '../../src/config/load.js';
import { withExperiment } from '../../src/experiments/registry.js';

const folder = resolve('/somewhere/configs');
const minimal = `
model: { onnx: ../models/net.onnx }
dataset: { name: imagenet, root: ../data }
methods: [grad-cam]
`;

const variable = (name: string) => `$\{${name}}`;

function load(yaml: string, options: LoadOptions = {}) {
  return parseConfig(parse(yaml), folder, { environment: {}, ...options });
}

function failure(yaml: string, options: LoadOptions = {}): string {
  try {
    load(yaml, options);
  } catch (error) {
    return (error as Error).message;
  }
  return 'no error';
}

describe('defaults', () => {
  it('completes a minimal document with every default', () => {
    const config = load(minimal);
    expect(config.localization).toEqual({
      rule: 'threshold',
      smooth: 0,
      threshold: 0.15,
      comparison: '>=',
      connectivity: 8,
      largest: 'count',
      iou: 0.5,
      top: [1, 5],
      upsampling: 'bilinear',
      frame: 'image',
      center_box: 0.7,
    });
    expect(config.bootstrap).toEqual({ replicates: 1000, seed: 1 });
    expect(config.networks).toHaveLength(1);
    expect(config.networks[0]).toMatchObject({
      name: 'net',
      model: {
        background: false,
        input: {
          size: { height: 224, width: 224 },
          resize: 'warp',
          color: 'rgb',
          mean: [0, 0, 0],
          std: [1, 1, 1],
        },
      },
      methods: [{ name: 'grad-cam' }],
    });
  });

  it('resolves relative paths against the folder of the configuration, images against the root', () => {
    const config = load(`${minimal}output: ../out/x\n`, { set: ['dataset.images=lists/some.txt'] });
    expect(config.networks[0]!.model.onnx).toBe(resolve('/somewhere/models/net.onnx'));
    expect(config.dataset.root).toBe(resolve('/somewhere/data'));
    expect(config.dataset.images).toBe(resolve('/somewhere/data/lists/some.txt'));
    expect(config.output).toBe(resolve('/somewhere/out/x'));
  });

  it('reads fractions, one number for all channels, and sizes as [height, width]', () => {
    const config = load(`
model: { onnx: a.onnx, input: { size: [128, 96], scale: 1/255, mean: 0.5, std: [1, 2, 4] } }
dataset: { name: voc, root: . }
methods: [cam]`);
    const { input } = config.networks[0]!.model;
    expect(input.size).toEqual({ height: 128, width: 96 });
    expect(input.scale).toBe(1 / 255);
    expect(input.mean).toEqual([0.5, 0.5, 0.5]);
    expect(input.std).toEqual([1, 2, 4]);
  });

  it('sorts the ks and drops repeats', () => {
    expect(load(minimal, { set: ['localization.top=[5, 1, 5]'] }).localization.top).toEqual([1, 5]);
  });
});

describe('numbers that no machine can do with', () => {
  it.each([
    ['bootstrap.replicates=100000000', 'bootstrap.replicates: expected at most 100000, got 100000000'],
    ['batch=1000000', 'batch: expected at most 4096, got 1000000'],
    ['threads=100000', 'threads: expected at most 1024, got 100000'],
    ['model.input.size=1000000', 'model.input.size: expected at most 16384, got 1000000'],
    ['model.input.size=[16, 99999]', 'model.input.size'],
    ['model.input.short_side=99999', 'model.input.short_side: expected at most 16384'],
    ['model.input.scale=1e-300', 'model.input.scale: expected a number of size 1e-9 to 1e9'],
    ['model.input.std=1e300', 'model.input.std: expected a number of size 1e-9 to 1e9'],
    ['model.input.mean=1e300', 'model.input.mean: expected a number of size 1e9 at most'],
    ['localization.size=1000000', 'localization.size: expected at most 4096'],
    ['localization.cuts=1000000', 'localization.cuts: expected at most 100'],
    [`localization.levels=[${Array.from({ length: 300 }, (_, i) => i / 2)}]`, 'localization.levels'],
  ])('are refused before anything is read: %s', (assignment, message) => {
    expect(() => load(minimal, { set: [assignment] })).toThrow(message);
  });

  it.each([
    ['{name: sanity, draws: 100000}', 'experiment.draws: expected at most 1000, got 100000'],
    ['{name: sanity, seed: 9007199254740991}', 'experiment.seed: expected at most 4294967296'],
    ['{name: adversarial, iterations: 1000000}', 'experiment.iterations: expected at most 10000'],
    ['{name: faithfulness, points: 1000000}', 'experiment.points: expected at most 10000'],
    ['{name: neuron-importance, units: 1000000}', 'experiment.units: expected at most 1000'],
    ['{name: pointing, top: 1000}', 'experiment.top: expected at most 20'],
    ['{name: pointing, tolerance: 1.0e+9}', 'experiment.tolerance: expected at most 65536'],
  ])('are refused in experiments: %s', (experiment, message) => {
    const config = load(minimal, { set: [`experiment=${experiment}`] });
    expect(() => withExperiment(config)).toThrow(message);
  });
});

describe('several networks', () => {
  const several = `
dataset: { name: imagenet, root: . }
model: { input: { size: 128 } }
methods: [grad-cam, backprop]
networks:
  - name: first
    model: { onnx: a.onnx, input: { color: bgr } }
  - model: { onnx: b.onnx }
    methods: [{ name: cam, layer: last }]
`;
  it('lays each network over the top-level defaults', () => {
    const { networks } = load(several);
    expect(networks.map(({ name }) => name)).toEqual(['first', 'b']);
    expect(networks[0]!.methods).toEqual([{ name: 'grad-cam' }, { name: 'backprop' }]);
    expect(networks[0]!.model.input).toMatchObject({ color: 'bgr', size: { height: 128, width: 128 } });
    expect(networks[1]!.model.input.color).toBe('rgb');
    expect(networks[1]!.methods).toEqual([{ name: 'cam', layer: 'last' }]);
  });

  it("makes a network of a method's own model, with the network's preprocessing but not its layer or paper row", () => {
    const { networks } = load(`
dataset: { name: imagenet, root: . }
model: { onnx: vgg.onnx, layer: relu5_3, paper: VGG-16, input: { size: 96 } }
methods: [grad-cam, { name: cam, model: { onnx: gap.onnx, paper: VGG-16-GAP } }]`);
    expect(networks.map(({ name, methods }) => [name, methods.map((m) => m.name)])).toEqual([
      ['vgg', ['grad-cam']],
      ['gap', ['cam']],
    ]);
    expect(networks[1]!.model).toMatchObject({ paper: 'VGG-16-GAP', input: { size: { height: 96 } } });
    expect(networks[1]!.model.layer).toBeUndefined();
  });

  it('refuses two networks of one name', () => {
    expect(failure(several, { set: ['networks.1.name=first'] })).toBe(
      'two networks are named `first`; give each its own name',
    );
  });

  it('refuses a method that is listed twice', () => {
    expect(failure(minimal, { set: ['methods=[cam, cam]'] })).toBe(
      'network `net`: the method cam is listed twice; remove one',
    );
  });
});

describe('messages', () => {
  const cases: readonly [string, string, string][] = [
    [
      'unknown key',
      'localization.treshold=1',
      'localization: unknown key `treshold`; did you mean `threshold`?',
    ],
    ['unknown key at the top', 'bach=1', 'unknown key `bach`; did you mean `batch`?'],
    [
      'unknown key in a method',
      'methods.0={name: cam, lair: x}',
      'methods.0: unknown key `lair`; did you mean `layer`?',
    ],
    [
      'unknown deep key',
      'model.input.colour=bgr',
      'model.input: unknown key `colour`; did you mean `color`?',
    ],
    [
      'a key like no other',
      'bootstrap.confidence=3',
      'bootstrap: unknown key `confidence`; known: replicates, seed',
    ],
    ['wrong type', 'batch=many', 'batch: expected a number, got "many"'],
    ['fraction of an image', 'batch=1.5', 'batch: expected a whole number, got 1.5'],
    ['too small', 'batch=0', 'batch: expected at least 1, got 0'],
    ['no number', 'localization.threshold=.nan', 'localization.threshold: expected a number, got NaN'],
    ['no end', 'localization.alpha=.inf', 'localization.alpha: expected a number, got Infinity'],
    ['too big', 'localization.threshold=15', 'localization.threshold: expected at most 1, got 15'],
    [
      'wrong choice',
      'model.input.resize=wrap',
      'model.input.resize: expected one of warp, crop, short-side, got "wrap"; did you mean `warp`?',
    ],
    [
      'wrong type in a union',
      'model.input.size=big',
      'model.input.size: expected a number of pixels of at least 1, or [height, width], got "big"',
    ],
    [
      'a list of another length in a union',
      'model.input.size=[1, 2, 3]',
      'model.input.size: expected a number of pixels of at least 1, or [height, width], got [1,2,3]',
    ],
    [
      'wrong case',
      'model.input.color=RGB',
      'model.input.color: expected one of rgb, bgr, got "RGB"; did you mean `rgb`?',
    ],
    [
      'two channels',
      'model.input.mean=[1, 2]',
      'model.input.mean: expected one number or three, such as 0.5 or [0.485, 0.456, 0.406], got [1,2]',
    ],
    ['division by zero', 'model.input.std=0', 'model.input.std: expected a number other than 0, got 0'],
    [
      'division by zero in one channel',
      'model.input.std=[1, 1/2, 0]',
      'model.input.std.2: expected a number other than 0, got 0',
    ],
    [
      'an input that is always the same',
      'model.input.scale=0',
      'model.input.scale: expected a number other than 0, got 0',
    ],
    [
      'a fraction that is none',
      'model.input.scale=1/0',
      'model.input.scale: expected a number or a fraction such as 1/255, got "1/0"',
    ],
    ['a method that is a number', 'methods.0=3', 'methods.0: expected a text, or a section of keys, got 3'],
    [
      'wrong connectivity',
      'localization.connectivity=6',
      'localization.connectivity: expected one of 4, 8, got 6',
    ],
    [
      'wrong scale',
      'model.input.scale=a/b',
      'model.input.scale: expected a number or a fraction such as 1/255, got "a/b"',
    ],
  ];
  it.each(cases)('%s', (_name, set, message) => {
    expect(failure(minimal, { set: [set] })).toBe(message);
  });

  it('missing model', () => {
    expect(failure('dataset: {name: voc, root: .}\nmethods: [cam]')).toBe(
      'model.onnx is missing: the network as an ONNX file',
    );
  });
  it('missing model of one of several networks', () => {
    expect(failure('dataset: {name: voc, root: .}\nmethods: [cam]\nnetworks: [{name: x}]')).toBe(
      'networks.0.model.onnx is missing: the network as an ONNX file',
    );
  });
  it('missing data set root', () => {
    expect(failure('dataset: {name: voc}\nmodel: {onnx: a}\nmethods: [cam]')).toBe(
      'dataset.root is missing: the folder of the data set',
    );
  });
  it('missing data set', () => {
    expect(failure('model: {onnx: a}\nmethods: [cam]')).toBe(
      'dataset is missing: expected a section of keys',
    );
  });
  it('missing methods', () => {
    expect(failure('dataset: {name: voc, root: .}\nmodel: {onnx: a}')).toBe(
      'methods is missing: expected a list of methods',
    );
  });
});

describe('environment variables', () => {
  const withVariable = minimal.replace('../models/net.onnx', `"${variable('NETS')}/net.onnx"`);

  it('expand', () => {
    const config = load(withVariable, { environment: { NETS: '/nets' } });
    expect(config.networks[0]!.model.onnx).toBe(resolve('/nets/net.onnx'));
  });
  it('say the variable, the key and its purpose when missing or empty', () => {
    const message =
      'model.onnx: the environment variable NETS is not set; it should hold the network as an ONNX file';
    expect(failure(withVariable)).toBe(message);
    expect(failure(withVariable, { environment: { NETS: '' } })).toBe(message);
  });
  it('say what the document says about them', () => {
    expect(failure(`${withVariable}\nvariables: { NETS: the folder of the nets }`)).toBe(
      'model.onnx: the environment variable NETS is not set; it should hold the folder of the nets',
    );
  });
  it('may stay open in sections that a command does without', () => {
    const config = load(minimal.replace('../data', `"${variable('DATA')}"`), { optional: ['dataset'] });
    expect(config.dataset.root).toContain(variable('DATA'));
  });
});

describe('files', () => {
  it('names a file that does not exist', async () => {
    await expect(loadConfig('nowhere/x.yaml')).rejects.toThrow(/^nowhere\/x\.yaml: no such configuration; /);
  });
});
