import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { ModelError } from '../../src/base/errors.js';
import { externalPath } from '../../src/onnx/external-data.js';
import { modelFiles, readModel } from '../../src/onnx/read.js';
import { bench } from '../cli/world.js';
import { gapNet, wideNet } from '../methods/small-nets.js';
import { draftOf, fileOf, tensorsOf } from './draft.js';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'external-')));
afterAll(() => rmSync(root, { recursive: true }));

const weights = tensorsOf(draftOf(gapNet)).find(({ name }) => name === 'c1')!.rawData!;

function modelAt(path: string, location: string): string {
  const draft = draftOf(gapNet);
  const tensor = tensorsOf(draft).find(({ name }) => name === 'c1')!;
  delete tensor.rawData;
  tensor.dataLocation = 1;
  tensor.externalData = [{ key: 'location', value: location }];
  writeFileSync(path, fileOf(draft));
  return path;
}

mkdirSync(join(root, 'model/inner'), { recursive: true });
mkdirSync(join(root, 'secret'));
writeFileSync(join(root, 'secret/weights.bin'), weights);
writeFileSync(join(root, 'model/inner/weights.bin'), weights);
symlinkSync(join(root, 'secret/weights.bin'), join(root, 'model/link.bin'));
symlinkSync('../secret', join(root, 'model/linked'));
symlinkSync('linked', join(root, 'model/twice'));
symlinkSync('inner/weights.bin', join(root, 'model/within.bin'));
symlinkSync('round.bin', join(root, 'model/round.bin'));
execFileSync('mkfifo', [join(root, 'model/pipe.bin')]);

async function refusals(path: string): Promise<string[]> {
  const errors: unknown[] = await Promise.all(
    [readModel, modelFiles].map((use) => use(path).catch((e: unknown) => e)),
  );
  for (const error of errors) expect(error).toBeInstanceOf(ModelError);
  return errors.map((error) => (error as ModelError).message);
}

describe('external data outside of the model’s folder is not read', () => {
  it.each([
    ['by a link', 'link.bin'],
    ['through a linked folder', 'linked/weights.bin'],
    ['through a link to a link', 'twice/weights.bin'],
    ['by a way up', '../secret/weights.bin'],
    ['by a way up behind a folder', 'inner/../../secret/weights.bin'],
    ['by a way up behind a linked folder', 'linked/../secret/weights.bin'],
    ['by an absolute path', join(root, 'secret/weights.bin')],
    ['by a way up as Windows writes it', '..\\secret\\weights.bin'],
    ['by a drive', 'C:\\secret\\weights.bin'],
    ['by a drive’s own folder', 'C:weights.bin'],
    ['by a server', '\\\\server\\secret\\weights.bin'],
    ['by a device', '\\\\.\\pipe\\weights'],
    ['as the folder itself', '.'],
  ])('%s', async (_, location) => {
    const path = modelAt(join(root, 'model/model.onnx'), location);
    for (const message of await refusals(path)) {
      expect(message).toMatch(
        /model\.onnx: tensor `c1` (points outside of the model's folder \(external data at ".+"\)|lies in .*)$/,
      );
    }
  });

  it('not even through a link that is turned round after it was looked at', () => {
    const path = modelAt(join(root, 'model/turned.onnx'), 'turned.bin');
    symlinkSync('inner/weights.bin', join(root, 'model/turned.bin'));
    const proto = { externalData: [{ key: 'location', value: 'turned.bin' }] };
    const found = externalPath(path, proto);
    unlinkSync(join(root, 'model/turned.bin'));
    symlinkSync('../secret/weights.bin', join(root, 'model/turned.bin'));
    expect(found).toBe(join(root, 'model/inner/weights.bin'));
    expect(() => externalPath(path, proto)).toThrow('outside');
  });
});

describe('external data that is no file is one line, at once', () => {
  it.each([
    ['a pipe', 'pipe.bin', /lies in .*pipe\.bin, which cannot be read/],
    ['a link to itself', 'round.bin', /lies in .*round\.bin, which cannot be read/],
    ['a name that is too long', 'x'.repeat(5000), /lies in .*, which cannot be read/],
    [
      'a NUL',
      'x\0.bin',
      /has external data at "x\\u0000\.bin", which no file can be called: export it again$/,
    ],
  ])('%s', async (_, location, message) => {
    for (const text of await refusals(modelAt(join(root, 'model/no-file.onnx'), location))) {
      expect(text).toMatch(message);
      expect(text).toMatch(/^.*no-file\.onnx: tensor `c1` /);
    }
  });

  it('a NUL in a file that somebody sent', async () => {
    const path = fileURLToPath(new URL('../cases/onnx/ext-nul.onnx', import.meta.url));
    for (const text of await refusals(path)) expect(text).toContain('which no file can be called');
  });
});

it('bench explain reads large data where a link leads within a cache of downloads, twice the same', async () => {
  const home = join(root, 'downloads');
  mkdirSync(join(home, 'blobs'), { recursive: true });
  mkdirSync(join(home, 'snapshot'));
  const draft = draftOf(wideNet);
  const [, channels, height, width] = draft.graph!.input![0]!.type!.tensorType!.shape!.dim!.map(
    ({ dimValue }) => dimValue,
  );
  expect(channels).toBe(3);
  const tensor = tensorsOf(draft).find(({ name }) => name === 'w1')!;
  writeFileSync(join(home, 'blobs/2b'), tensor.rawData!);
  delete tensor.rawData;
  tensor.dataLocation = 1;
  tensor.externalData = [{ key: 'location', value: 'model.onnx_data' }];
  writeFileSync(join(home, 'blobs/1a'), fileOf(draft));
  symlinkSync('../blobs/1a', join(home, 'snapshot/model.onnx'));
  symlinkSync('../blobs/2b', join(home, 'snapshot/model.onnx_data'));
  writeFileSync(join(home, 'whole.onnx'), fileOf(draftOf(wideNet)));
  const picture = fileURLToPath(new URL('../cases/file-names/x.png', import.meta.url));
  const explain = async (model: string) => {
    const args = [
      'explain',
      picture,
      '--model',
      model,
      '--method',
      'grad-cam',
      '--size',
      `${height}x${width}`,
    ];
    const { status, stdout } = await bench(home, args, { BENCH_CACHE: join(home, 'cache') });
    expect(status).toBe(0);
    return stdout;
  };
  const whole = await explain('whole.onnx');
  for (const _time of [1, 2]) expect(await explain('snapshot/model.onnx')).toBe(whole);
});

describe('external data within the model’s folder is read', () => {
  it.each(['inner/weights.bin', './inner//weights.bin', 'inner/../inner/weights.bin', 'within.bin'])(
    '%s',
    async (location) => {
      const path = modelAt(join(root, 'model/good.onnx'), location);
      expect(await modelFiles(path)).toEqual([path, join(root, 'model/inner/weights.bin')]);
      expect((await readModel(path)).constants.get('c1')!.data).toHaveLength(weights.length / 4);
    },
  );

  it('where the model itself is a link, as in a cache of downloads', async () => {
    mkdirSync(join(root, 'cache/blobs'), { recursive: true });
    mkdirSync(join(root, 'cache/snapshot'));
    modelAt(join(root, 'cache/blobs/1a'), 'model.onnx_data');
    writeFileSync(join(root, 'cache/blobs/2b'), weights);
    symlinkSync('../blobs/1a', join(root, 'cache/snapshot/model.onnx'));
    symlinkSync('../blobs/2b', join(root, 'cache/snapshot/model.onnx_data'));
    const path = join(root, 'cache/snapshot/model.onnx');
    expect(await modelFiles(path)).toEqual([path, join(root, 'cache/blobs/2b')]);
    expect((await readModel(path)).constants.has('c1')).toBe(true);
  });
});
