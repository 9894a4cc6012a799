import { describe, expect, it } from 'vitest';
import { engineNamed, engines } from '../../src/engines/registry.js';
import { loadBackend } from '../../src/engines/tfjs/backend.js';
import { tfjs } from '../../src/engines/tfjs/engine.js';
import type { Attribute, Constant, DType, Graph, Node } from '../../src/onnx/graph.js';
import { loadGoldenCases } from '../golden/load-case.js';
import { BACKEND } from './backend.js';
import { gradientGraph, twoImages } from './golden-gradient.js';

function node(
  op: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Readonly<Record<string, Attribute>> = {},
): Node {
  return { op, domain: '', name: `${op}_node`, inputs, outputs, attributes };
}

function graphOf(
  nodes: readonly Node[],
  shape: readonly number[],
  outputs: Readonly<Record<string, DType>>,
): Graph {
  const three: Constant = { dtype: 'int64', shape: [1], data: BigInt64Array.of(3n) };
  return {
    name: 'test',
    opset: 17,
    inputs: [{ name: 'x', dtype: 'float32', shape }],
    outputs: Object.entries(outputs).map(([name, dtype]) => ({ name, dtype, shape: ['n'] })),
    nodes,
    constants: new Map([['k', three]]),
  };
}

async function run(graph: Graph, shape: readonly number[], data: readonly number[]) {
  const session = await tfjs(BACKEND).load(graph);
  const results = await session.run({ x: { dtype: 'float32', shape, data: Float32Array.from(data) } });
  await session.close();
  return results;
}

describe('tfjs sessions', () => {
  it('round halves to the even number, as ONNX says', async () => {
    const graph = graphOf([node('Round', ['x'], ['y'])], [6], { y: 'float32' });
    const { y } = await run(graph, [6], [0.5, 1.5, 2.5, -0.5, -1.5, 2.4999]);
    expect(Array.from(y!.data as Float32Array, (value) => value + 0)).toEqual([0, 2, 2, 0, -2, 2]);
  });

  it('hold no tensor more after hundreds of runs than after the first, and none after closing', async () => {
    const { tf } = await loadBackend(BACKEND);
    const before = tf.memory().numTensors;
    for (const name of [
      'MaxPool 3x3/2 pad 1',
      'Conv 1D stride 2',
      'Conv dilated depthwise stride 2',
      'LRN size 5',
    ]) {
      const golden = loadGoldenCases().find((one) => one.name === name)!;
      const session = await tfjs(BACKEND).load(gradientGraph(golden));
      await session.run(twoImages(golden));
      const { numTensors, numBytes } = tf.memory();
      for (let i = 0; i < 100; i++) await session.run(twoImages(golden));
      expect(tf.memory().numTensors).toBe(numTensors);
      expect(tf.memory().numBytes).toBe(numBytes);
      await session.close();
      expect(tf.memory().numTensors).toBe(before);
    }
  });

  it('hold no tensor after a run that fails', async () => {
    const { tf } = await loadBackend(BACKEND);
    const before = tf.memory().numTensors;
    const graph = graphOf(
      [node('Relu', ['x'], ['y']), node('Softmax', ['y'], ['z'], { axis: { type: 'int', value: 7 } })],
      [1, 3],
      { z: 'float32' },
    );
    const session = await tfjs(BACKEND).load(graph);
    const x = { dtype: 'float32' as const, shape: [1, 3], data: Float32Array.of(1, 2, 3) };
    await expect(session.run({ x })).rejects.toThrow('axis 7');
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuse an operator that they do not have, naming it and its node', async () => {
    const graph = graphOf([node('Fancy', ['x'], ['y'])], [1], { y: 'float32' });
    await expect(tfjs(BACKEND).load(graph)).rejects.toThrow('Fancy `Fancy_node`');
  });

  it('take the lower index of equal scores', async () => {
    const graph = graphOf([node('TopK', ['x', 'k'], ['values', 'ids'])], [2, 5], {
      values: 'float32',
      ids: 'int64',
    });
    const { values, ids } = await run(graph, [2, 5], [1, 4, 4, 0, 4, 2, 2, 2, 2, 2]);
    expect([...ids!.data]).toEqual([1n, 2n, 4n, 0n, 1n, 2n]);
    expect([...values!.data]).toEqual([4, 4, 4, 2, 2, 2]);
  });

  it('take the first of equal positions of a window, row by row, counting padding as nothing', async () => {
    const ints = (value: readonly number[]): Attribute => ({ type: 'ints', value });
    const attributes = { kernel_shape: ints([2, 2]), strides: ints([2, 2]), pads: ints([1, 0, 0, 0]) };
    const graph = graphOf([node('MaxPool', ['x'], ['y', 'at'], attributes)], [1, 2, 3, 4], {
      y: 'float32',
      at: 'int64',
    });
    const plane = [0, 0, -7, -7, 3, 3, 1, 5, 3, 3, 5, 5];
    const { y, at } = await run(graph, [1, 2, 3, 4], [...plane, ...plane.map((value) => 0 - value)]);
    expect([...y!.data]).toEqual([0, -7, 3, 5, 0, 7, -3, -1]);
    expect([...at!.data]).toEqual([0n, 2n, 4n, 7n, 12n, 14n, 16n, 18n]);
  });
});

describe('the choice of an engine', () => {
  it('names the known ones for one that is not', () => {
    expect(() => engineNamed('tfjs:wasn')).toThrow('tfjs:wasm');
  });

  it('lists both engines, and says why tfjs takes no better backend', async () => {
    const [first, second] = await engines();
    expect(first).toMatchObject({ name: 'onnxruntime', available: true });
    expect(second).toMatchObject({ name: 'tfjs', available: true });
    const { label, passedOver } = await loadBackend();
    expect(second!.detail).toBe([label, ...passedOver.map((why) => `not ${why}`)].join('; '));
  });

  it('names the package that computes, however often it is asked', async () => {
    const name = BACKEND.startsWith('node') ? `tfjs-${BACKEND}` : `tfjs-backend-${BACKEND}`;
    for (const { label } of [await loadBackend(BACKEND), await loadBackend(BACKEND)]) {
      expect(label).toContain(`@tensorflow/${name} `);
    }
  });

  it('auto runs the graph, and says on what', async () => {
    const golden = loadGoldenCases()[0]!;
    const session = await engineNamed('auto').load(gradientGraph(golden));
    const { scores } = await session.run(twoImages(golden));
    expect(scores!.shape).toEqual([2, 3]);
    expect(session.device).toMatch(/^onnxruntime-node .*node-gpu|^@tensorflow\/tfjs-node-gpu/);
    await session.close();
  });

  it('refuses a provider that is not there, in one line that says what to do', async () => {
    const graph = gradientGraph(loadGoldenCases()[0]!);
    const load = (engine: string, provider: string) => engineNamed(engine).load(graph, { provider });
    await expect(load('onnxruntime', 'cudda')).rejects.toThrow('did you mean');
    await expect(load('tfjs', 'cuda')).rejects.toThrow('belongs to onnxruntime');
  });

  it('limits threads', async () => {
    const golden = loadGoldenCases()[0]!;
    for (const engine of ['onnxruntime', `tfjs:${BACKEND}`]) {
      const session = await engineNamed(engine).load(gradientGraph(golden), {
        threads: 1,
        ...(engine === 'onnxruntime' ? { provider: 'cpu' } : {}),
      });
      expect((await session.run(twoImages(golden))).scores!.shape).toEqual([2, 3]);
      await session.close();
    }
  });
});
