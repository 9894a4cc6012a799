import { open, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { COMPILED_KEY } from '../../../src/explainer/file/about.js';
import { writeFileOf } from '../../../src/explainer/file/write-file.js';
import { readModel } from '../../../src/onnx/read.js';
import { storedConstant } from '../../../src/onnx/tensor.js';
import { temporaryFolder } from '../../images/temporary-folder.js';
import { graphOf, nodeOf, randomWeights, valueInfo } from '../../reference/build.js';

const ABOUT = { version: '0', doc: 'for a test', values: new Map(), metadata: new Map([['key', 'value']]) };

const graph = graphOf(
  [nodeOf('Conv', ['x', 'large'], ['mid']), nodeOf('Conv', ['mid', 'small'], ['y'])],
  [valueInfo('x', ['N', 3, 4, 4])],
  [valueInfo('y', ['N', 2, 4, 4])],
  { large: randomWeights([200, 3, 1, 1], 1), small: randomWeights([2, 200, 1, 1], 2) },
);

describe('a compiled file', () => {
  it('has its larger tensors beside it on request, aligned, and reads the same', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'beside.onnx');
    const written = await writeFileOf(path, graph, ABOUT, 'beside', false);
    expect(written.files).toEqual([path, `${path}.data`]);
    const read = await readModel(path);
    for (const [name, { data }] of graph.constants) expect(read.constants.get(name)!.data).toEqual(data);
    expect((await stat(`${path}.data`)).size).toBe(2432 + 1600);
    expect((await readFile(path)).includes('beside.onnx.data')).toBe(true);
  });

  it('has all inside by default', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'inline.onnx');
    const written = await writeFileOf(path, graph, ABOUT, undefined, false);
    expect(written).toMatchObject({ files: [path], weights: 'inline', bytes: (await stat(path)).size });
  });

  it('is refused inline where it would have more than 2 GB, before anything is written', async () => {
    const folder = await temporaryFolder();
    const sparse = join(folder, 'weights.bin');
    const length = 2 ** 31 + 2 ** 20;
    const file = await open(sparse, 'w');
    await file.truncate(length);
    await file.close();
    const weights = storedConstant('float32', [length / 4], { path: sparse, offset: 0, length });
    const large = { ...graph, constants: new Map([...graph.constants, ['more', weights]]) };
    const path = join(folder, 'large.onnx');
    await expect(writeFileOf(path, large, ABOUT, 'inline', false)).rejects.toThrow(
      /its weights have 2\.1 GB, and no ONNX file is larger than 2 GB: --weights beside puts them into large\.onnx\.data/,
    );
    expect((await readdir(folder)).filter((name) => name.startsWith('large'))).toEqual([]);
  });

  it('is not written over, nor its second file, unless that is asked for', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'there.onnx');
    await writeFileOf(path, graph, ABOUT, 'beside', false);
    await expect(writeFileOf(path, graph, ABOUT, 'inline', false)).rejects.toThrow(/is there already/);
    await writeFileOf(path, graph, ABOUT, 'beside', true);
    expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('takes the weights beside with it, when it is written over inline', async () => {
    const folder = await temporaryFolder();
    const path = `${folder}/./compiled.onnx`;
    const about = { ...ABOUT, metadata: new Map([[COMPILED_KEY, '{}']]) };
    await writeFileOf(path, graph, about, 'beside', false);
    await writeFileOf(path, graph, about, 'inline', true);
    expect(await readdir(folder)).toEqual(['compiled.onnx']);
    const read = await readModel(path);
    for (const [name, { data }] of graph.constants) expect(read.constants.get(name)!.data).toEqual(data);
  });

  it('leaves a second file that is not its own', async () => {
    const folder = await temporaryFolder();
    const about = { ...ABOUT, metadata: new Map([[COMPILED_KEY, '{}']]) };
    // Of a model that this program did not compile; of one that has its weights inside; of no model.
    const [foreign, inline, broken] = ['foreign', 'inline', 'broken'].map((name) =>
      join(folder, `${name}.onnx`),
    );
    await writeFileOf(foreign!, graph, ABOUT, 'beside', false);
    await writeFileOf(inline!, graph, about, 'inline', false);
    for (const file of [`${inline}.data`, broken!, `${broken}.data`]) await writeFile(file, 'notes');
    for (const path of [foreign!, inline!, broken!]) {
      await writeFileOf(path, graph, about, 'inline', true);
      expect((await stat(`${path}.data`)).isFile()).toBe(true);
    }
  });
});
