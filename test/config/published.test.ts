import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { parseConfig } from '../../src/config/load.js';
import { withPublished } from '../../src/config/published.js';

describe('a model by its published name', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('brings its preprocessing and its row of the paper; what the configuration says lies over them', () => {
    const network = { name: 'n', model: { onnx: 'vgg16', input: { resize: 'warp' } }, methods: [] };
    expect(withPublished(network).model).toEqual({
      onnx: 'vgg16',
      paper: 'VGG-16',
      input: {
        size: 224,
        resize: 'warp',
        short_side: 256,
        color: 'rgb',
        scale: '1/255',
        mean: [0.485, 0.456, 0.406],
        std: [0.229, 0.224, 0.225],
      },
    });
  });

  it('leaves a path alone', () => {
    const network = { name: 'n', model: { onnx: './vgg16.onnx' }, methods: [] };
    expect(withPublished(network)).toBe(network);
  });

  it('says the command when the file is not there yet', () => {
    vi.stubEnv('BENCH_CACHE', mkdtempSync(join(tmpdir(), 'cache-')));
    const document = {
      model: { onnx: 'alexnet' },
      dataset: { name: 'imagenet', root: '.' },
      methods: ['grad-cam'],
    };
    expect(() => parseConfig(document, '.')).toThrow(
      /^the model `alexnet` \(244 MB\) is not in the cache: run `bench fetch alexnet`$/,
    );
  });
});
