import { describe, expect, it } from 'vitest';
import { ModelError } from '../../src/base/errors.js';
import { probe, probeOne, reachedFrom } from '../../src/graph/probe.js';
import type { Constant, Graph, Node } from '../../src/onnx/graph.js';
import { numbersOf } from '../../src/onnx/graph.js';
import { float32, graphOf, int64, nodeOf, randomWeights, valueInfo } from '../reference/build.js';

/** These nodes over pictures [N, 3, 4, 4]; `n` is the batch as a tensor of one number. */
function over(nodes: readonly Node[], constants: Readonly<Record<string, Constant>> = {}): Graph {
  return graphOf(
    [nodeOf('Shape', ['x'], ['shape']), nodeOf('Slice', ['shape', 'zero', 'one', 'zero'], ['n']), ...nodes],
    [valueInfo('x', ['N', 3, 4, 4])],
    [valueInfo(nodes.at(-1)?.outputs[0] ?? 'n', ['N'])],
    { zero: int64([0]), one: int64([1]), ...constants },
  );
}

const probed = (graph: Graph, exported?: number) => probe(graph, [3, 4, 4], exported);

describe('an axis that follows the batch is the batch', () => {
  it('in front', () => {
    const { types } = probed(over([nodeOf('GlobalAveragePool', ['x'], ['y'])]));
    expect(types.get('y')).toEqual({ dtype: 'float32', batched: true, dims: [3, 1, 1] });
    expect(types.get('shape')).toBeUndefined();
  });

  it('elsewhere a value has no type', () => {
    const { types } = probed(over([nodeOf('Transpose', ['x'], ['y'], { perm: [1, 0, 2, 3] })]));
    expect(types.has('y')).toBe(false);
  });

  it('constants have none', () => {
    const { types } = probed(over([nodeOf('Add', ['c', 'c'], ['d'])], { c: float32([2], [1, 2]) }));
    expect(types.get('d')).toEqual({ dtype: 'float32', batched: false, dims: [2] });
  });
});

describe('rows', () => {
  const target = [nodeOf('Concat', ['n', 'tail'], ['target'], { axis: 0 })];
  const constants = { tail: int64([2, 1, 1]), row: float32([1, 2, 1, 1], [5, 7]) };

  it('a row that is expanded to the batch is known as that row', () => {
    const graph = over([...target, nodeOf('Expand', ['row', 'target'], ['y'])], constants);
    const { rows, types } = probed(graph);
    expect(types.get('y')).toEqual({ dtype: 'float32', batched: true, dims: [2, 1, 1] });
    expect(rows.get('y')!.shape).toEqual([1, 2, 1, 1]);
    expect(numbersOf(rows.get('y')!)).toEqual([5, 7]);
  });

  it('so are zeros of its size', () => {
    const { rows } = probed(over([...target, nodeOf('ConstantOfShape', ['target'], ['y'])], constants));
    expect(numbersOf(rows.get('y')!)).toEqual([0, 0]);
  });

  it('numbers that differ from image to image are no row', () => {
    const count = [nodeOf('Squeeze', ['n'], ['limit']), nodeOf('Range', ['start', 'limit', 'step'], ['y'])];
    const { rows, types } = probed(over(count, { start: int64([0], []), step: int64([1], []) }));
    expect([rows.has('y'), types.has('y')]).toEqual([false, false]);
  });
});

describe('messages', () => {
  const error = (graph: Graph, exported?: number): Error => {
    try {
      probed(graph, exported);
    } catch (thrown) {
      return thrown as Error;
    }
    throw new Error('nothing was refused');
  };

  it('have N in the place of the batch, and no size that was only tried', () => {
    const { message } = error(over([nodeOf('MatMul', ['x', 'w'], ['y'])], { w: randomWeights([5, 2], 1) }));
    expect(message).toBe(
      'MatMul `y`: shapes [N,3,4,4] and [5,2] cannot be multiplied; is the input size right?',
    );
  });

  it('have its multiples', () => {
    const flat = nodeOf('Reshape', ['x', 'to'], ['flat']);
    const graph = over([flat, nodeOf('MatMul', ['flat', 'w'], ['y'])], {
      to: int64([-1, 2]),
      w: randomWeights([5, 2], 1),
    });
    expect(error(graph).message).toContain('shapes [24·N,2] and [5,2]');
  });

  it('name a value that is computed with and depends on the batch size', () => {
    const count = [nodeOf('Cast', ['n'], ['float'], { to: 1 }), nodeOf('Mul', ['x', 'float'], ['y'])];
    expect(error(over(count)).message).toContain('Mul `y`: its input `float` depends on the batch size');
    expect(error(over(count))).toBeInstanceOf(ModelError);
  });
});

it('of one image at a time an axis of 1 in front is the batch where the image is in the value', () => {
  const constants = { to: int64([1, 48]), extra: float32([1, 2], [1, 2]) };
  const joined = nodeOf('Concat', ['flat', 'extra'], ['y'], { axis: 1 });
  const graph = over([nodeOf('Reshape', ['x', 'to'], ['flat']), joined], constants);
  const { types, anyBatch } = probeOne(graph, [3, 4, 4]);
  expect(anyBatch).toBe(false);
  expect(types.get('y')).toEqual({ dtype: 'float32', batched: true, dims: [50] });
  expect(types.get('extra')?.batched ?? false).toBe(false);
});

it('of a shape alone nothing is computed', () => {
  const nodes = [
    nodeOf('Relu', ['x'], ['r']),
    nodeOf('Shape', ['r'], ['s']),
    nodeOf('Reshape', ['w', 's'], ['v']),
    nodeOf('Add', ['r', 'v'], ['y']),
  ];
  expect([...reachedFrom(nodes, ['x'])]).toEqual(['x', 'r', 'y']);
});
