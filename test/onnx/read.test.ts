import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ModelError } from '../../src/base/errors.js';
import type { Graph } from '../../src/onnx/graph.js';
import { numbersOf } from '../../src/onnx/graph.js';
import { parseModel, readModel } from '../../src/onnx/read.js';
import { encodeModel, type ModelProto, type TensorProto } from '../../src/onnx/schema.js';
import { writeModel } from '../../src/onnx/write.js';

const small: Graph = {
  name: 'small',
  opset: 13,
  inputs: [{ name: 'x', dtype: 'float32', shape: ['N', 2] }],
  outputs: [{ name: 'y', dtype: 'float32', shape: ['N', 2] }],
  nodes: [
    {
      op: 'Gemm',
      domain: '',
      name: 'fc',
      inputs: ['x', 'w', 'b'],
      outputs: ['h'],
      attributes: { transB: { type: 'int', value: 1 }, alpha: { type: 'float', value: 0.5 } },
    },
    {
      op: 'Transpose',
      domain: '',
      name: 'turn',
      inputs: ['h'],
      outputs: ['y'],
      attributes: { perm: { type: 'ints', value: [0, 1] }, note: { type: 'string', value: 'ä' } },
    },
  ],
  constants: new Map([
    ['w', { dtype: 'float32', shape: [2, 2], data: Float32Array.of(1, -2, 3.5, 0) }],
    ['b', { dtype: 'float32', shape: [2], data: Float32Array.of(0.25, -1e-20) }],
    ['n', { dtype: 'int64', shape: [1], data: BigInt64Array.of(-3n) }],
  ]),
};

/** A model of one Identity node, with this initializer and these changes. */
function model(initializer: TensorProto, change: Partial<ModelProto> = {}): Buffer {
  const proto: ModelProto = {
    irVersion: 7,
    opsetImport: [{ domain: '', version: 13 }],
    graph: {
      node: [{ opType: 'Add', input: ['x', initializer.name ?? ''], output: ['y'], name: 'add' }],
      initializer: [initializer],
      input: [{ name: 'x' }],
      output: [{ name: 'y' }],
    },
    ...change,
  };
  return Buffer.from(encodeModel(proto));
}

const valuesOf = (graph: Graph, name: string) => numbersOf(graph.constants.get(name)!);

describe('reading and writing', () => {
  it('gives back the graph that was written', () => {
    const read = parseModel(Buffer.from(writeModel(small)), 'small.onnx');
    expect(read.nodes).toEqual(small.nodes);
    expect([read.inputs, read.outputs, read.opset]).toEqual([small.inputs, small.outputs, 13]);
    for (const name of ['w', 'b', 'n']) expect(valuesOf(read, name)).toEqual(valuesOf(small, name));
  });

  it('reads tensors that lie at odd offsets of the file', () => {
    const bytes = Buffer.from(writeModel(small));
    for (const shift of [1, 2, 3]) {
      const shifted = Buffer.concat([Buffer.alloc(shift), bytes]).subarray(shift);
      expect(valuesOf(parseModel(shifted, 'm'), 'w')).toEqual([1, -2, 3.5, 0]);
    }
  });

  it.each<[string, TensorProto, number[]]>([
    ['float_data', { dataType: 1, dims: [3], floatData: [1, 2.5, -3] }, [1, 2.5, -3]],
    ['int64_data', { dataType: 7, dims: [2], int64Data: [-1, 2 ** 40] }, [-1, 2 ** 40]],
    ['int32_data', { dataType: 6, dims: [2], int32Data: [7, -7] }, [7, -7]],
    ['double_data', { dataType: 11, dims: [1], doubleData: [0.1] }, [0.1]],
    ['raw_data', { dataType: 6, dims: [1], rawData: Uint8Array.of(1, 1, 0, 0) }, [257]],
    ['a scalar', { dataType: 1, floatData: [4] }, [4]],
  ])('reads %s', (_, tensor, expected) => {
    expect(valuesOf(parseModel(model({ ...tensor, name: 't' }), 'm'), 't')).toEqual(expected);
  });

  it('leaves initializers out of the inputs, as models before IR version 4 list both', () => {
    const buffer = model({ name: 't', dataType: 1, floatData: [4] });
    const old = parseModel(buffer, 'm');
    expect(old.inputs.map(({ name }) => name)).toEqual(['x']);
  });
});

describe('external data', () => {
  const entries = (location: string, offset: number, length: number) =>
    ({
      name: 't',
      dataType: 1,
      dims: [2],
      dataLocation: 1,
      externalData: [
        { key: 'location', value: location },
        { key: 'offset', value: String(offset) },
        { key: 'length', value: String(length) },
      ],
    }) satisfies TensorProto;
  const folder = mkdtempSync(join(tmpdir(), 'onnx-'));
  writeFileSync(join(folder, 'weights.bin'), Buffer.from(Float32Array.of(9, 1.5, -2).buffer));
  const save = (tensor: TensorProto) => {
    const path = join(folder, 'model.onnx');
    writeFileSync(path, model(tensor));
    return path;
  };

  it('is read from the file beside the model', async () => {
    expect(valuesOf(await readModel(save(entries('weights.bin', 4, 8))), 't')).toEqual([1.5, -2]);
  });

  it.each([
    ['a missing file', entries('gone.bin', 0, 8), /gone\.bin, which cannot be read: put that file beside/],
    ['a short file', entries('weights.bin', 8, 8), /needs bytes 8 to 16 of .*weights\.bin, which has 12/],
    ['a path outside', entries('../weights.bin', 0, 8), /points outside of the model's folder/],
    ['a wrong length', entries('weights.bin', 0, 4), /holds 4 bytes in .*weights\.bin, its shape needs 8/],
  ])('%s is one clear line', async (_, tensor, message) => {
    await expect(readModel(save(tensor))).rejects.toThrow(message);
    await expect(readModel(save(tensor))).rejects.toThrow(/^[^\n]*model\.onnx: tensor `t` [^\n]*$/);
  });
});

describe('files that are no models', () => {
  const whole = Buffer.from(writeModel(small));

  it.each([
    ['an empty file', Buffer.alloc(0), /holds no graph/],
    ['text', Buffer.from('<html>404 not found</html>'), /not an ONNX model/],
    ['a cut file', whole.subarray(0, whole.length - 20), /not an ONNX model, or cut short/],
    [
      'opset 6',
      model({ name: 't', dataType: 1, floatData: [1] }, { opsetImport: [{ version: 6 }] }),
      /opset 6 is not supported/,
    ],
    [
      'opset 22',
      model({ name: 't', dataType: 1, floatData: [1] }, { opsetImport: [{ version: 22 }] }),
      /opset 22 is not supported/,
    ],
    [
      'too few values',
      model({ name: 't', dataType: 1, dims: [5], floatData: [1] }),
      /holds 1 values, its shape needs 5/,
    ],
    [
      'a negative dimension',
      model({ name: 't', dataType: 1, dims: [-5], floatData: [1] }),
      /impossible shape \[-5\]/,
    ],
    ['strings', model({ name: 't', dataType: 8, dims: [0] }), /element type string, which is not supported/],
  ])('%s', (_, buffer, message) => {
    expect(() => parseModel(buffer, 'm.onnx')).toThrow(ModelError);
    expect(() => parseModel(buffer, 'm.onnx')).toThrow(message);
  });

  it('a missing file', async () => {
    await expect(readModel('/nowhere/m.onnx')).rejects.toThrow(
      '/nowhere/m.onnx: cannot read the model: there is no such file',
    );
  });
});
