import { mkdtemp, open, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ModelError } from '../../src/base/errors.js';
import { FileWatch } from '../../src/onnx/file-watch.js';
import { modelFiles, parseModel, readModel } from '../../src/onnx/read.js';
import { readSkeleton } from '../../src/onnx/skeleton.js';
import { LARGE, StoredConstant } from '../../src/onnx/stored.js';
import { bytesOf } from '../../src/onnx/tensor.js';
import { writeModel } from '../../src/onnx/write.js';
import { wideNet } from '../methods/small-nets.js';
import { draftOf, fileOf, tensorsOf } from './draft.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stored-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function written(name: string, bytes: Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}

const messageOf = (path: string) =>
  readModel(path).then(
    () => 'read',
    (error: ModelError) => error.message,
  );

describe('a model with large weights', () => {
  it('is the same whether its weights stay in the file or not', async () => {
    const file = Buffer.from(writeModel(wideNet));
    const path = await written('wide.onnx', file);
    const whole = parseModel(file, path);
    const stored = await readModel(path);
    const left = [...stored.constants].filter(([, constant]) => constant instanceof StoredConstant);
    expect(left.map(([name]) => name)).toEqual(['w1']);
    expect(left.every(([, { data }]) => data.byteLength >= LARGE)).toBe(true);
    expect({ ...stored, constants: undefined }).toEqual({ ...whole, constants: undefined });
    for (const [name, constant] of whole.constants) {
      const other = stored.constants.get(name)!;
      expect([other.dtype, other.shape]).toEqual([constant.dtype, constant.shape]);
      expect(Buffer.compare(bytesOf(other), bytesOf(constant)), name).toBe(0);
      expect(other.data.constructor, name).toBe(constant.data.constructor);
      expect(other.data.at(-1), name).toBe(constant.data.at(-1));
    }
    expect(Buffer.from(writeModel(stored)).equals(file)).toBe(true);
  });

  it('leaves a skeleton of a few kilobytes', async () => {
    const path = await written('skeleton.onnx', writeModel(wideNet));
    const skeleton = readSkeleton(path)!;
    expect(skeleton.bytes.length).toBeLessThan(80_000);
    expect([...skeleton.stretches.values()].map(({ length }) => length)).toEqual([4 * 96 * 3000]);
  });

  it('may be cut anywhere: what is said does not depend on where the weights are', async () => {
    const file = Buffer.from(writeModel(wideNet));
    for (let part = 0; part < 40; part++) {
      const cut = file.subarray(0, LARGE + Math.floor((part * (file.length - LARGE)) / 40));
      const path = await written('cut.onnx', cut);
      let whole = 'read';
      try {
        parseModel(cut, path);
      } catch (error) {
        whole = (error as ModelError).message;
      }
      expect(await messageOf(path)).toBe(whole);
      expect(whole).not.toBe('read');
    }
  });

  it('is refused for one NaN in them', async () => {
    const draft = draftOf(wideNet);
    const tensor = tensorsOf(draft).find(({ name }) => name === 'w1')!;
    tensor.rawData!.writeFloatLE(Number.NaN, tensor.rawData!.length - 4);
    expect(await messageOf(await written('nan.onnx', fileOf(draft)))).toContain('tensor `w1` holds NaN');
  });

  it('names the files of external data, and reads them there', async () => {
    const draft = draftOf(wideNet);
    const tensor = tensorsOf(draft).find(({ name }) => name === 'w1')!;
    const data = await written('weights.bin', Buffer.concat([Buffer.alloc(12), tensor.rawData!]));
    delete tensor.rawData;
    tensor.dataLocation = 1;
    tensor.externalData = [
      { key: 'location', value: 'weights.bin' },
      { key: 'offset', value: '12' },
    ];
    const path = await written('external.onnx', fileOf(draft));
    expect(await modelFiles(path)).toEqual([path, data]);
    const constant = (await readModel(path)).constants.get('w1')!;
    expect(constant).toBeInstanceOf(StoredConstant);
    expect(Buffer.compare(bytesOf(constant), bytesOf(wideNet.constants.get('w1')!))).toBe(0);
  });

  it('says so when the file became shorter', async () => {
    const path = await written('shorter.onnx', writeModel(wideNet));
    const graph = await readModel(path);
    const file = await open(path, 'r+');
    await file.truncate(2000);
    await file.close();
    expect(() => graph.constants.get('w1')!.data).toThrow('became shorter while it was read');
  });
});

it('a file that was written again is noticed, one that was read is not', async () => {
  const path = await written('watched', Buffer.from('one'));
  const watch = new FileWatch([path]);
  await readModel(path).catch(() => {});
  watch.check();
  await utimes(path, new Date(), new Date(Date.now() + 5000));
  expect(() => watch.check()).toThrow(ModelError);
  await rm(path);
  expect(() => watch.check()).toThrow(`${path}: changed while it was in use`);
});
