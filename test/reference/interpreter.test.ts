import { describe, expect, it } from 'vitest';
import { bools, float32, graphOf, int64, nodeOf, type PlainAttribute, valueInfo } from './build.js';
import { erf } from './erf.js';
import { evaluate } from './interpreter.js';
import { type RefTensor, tensor } from './tensor.js';

/** One node on tensors `a`, `b`, …; its first output. */
function run(op: string, inputs: RefTensor[], attributes: Record<string, PlainAttribute> = {}): RefTensor {
  const names = inputs.map((_, i) => String.fromCharCode(97 + i));
  const graph = graphOf([nodeOf(op, names, ['y'], attributes)], [], [valueInfo('y', [])]);
  return evaluate(graph, new Map(names.map((name, i) => [name, inputs[i]!])), ['y']).get('y')!;
}

describe('reference interpreter, worked by hand', () => {
  it('convolves without flipping the kernel', () => {
    const x = tensor([1, 1, 1, 4], [1, 2, 3, 4]);
    const y = run('Conv', [x, tensor([1, 1, 1, 2], [10, 1])]);
    expect([y.shape, Array.from(y.data)]).toEqual([
      [1, 1, 1, 3],
      [12, 23, 34],
    ]);
  });

  it('spreads the kernel in ConvTranspose, summing where copies meet', () => {
    const y = run('ConvTranspose', [tensor([1, 1, 3], [1, 2, 3]), tensor([1, 1, 3], [1, 10, 100])], {
      strides: [2],
    });
    expect(Array.from(y.data)).toEqual([1, 10, 102, 20, 203, 30, 300]);
  });

  it('gives the first of tied maxima', () => {
    const graph = graphOf(
      [nodeOf('MaxPool', ['x'], ['y', 'i'], { kernel_shape: [2, 2], strides: [2, 2] })],
      [],
      [],
    );
    const x = tensor([1, 1, 2, 4], [5, 5, 0, 7, 5, 5, 7, 7]);
    const results = evaluate(graph, new Map([['x', x]]), ['y', 'i']);
    expect(Array.from(results.get('y')!.data)).toEqual([5, 7]);
    expect(Array.from(results.get('i')!.data)).toEqual([0, 3]);
  });

  it('leaves out a ceil_mode window that would begin in the padding at the end', () => {
    const x = tensor([1, 1, 4], [1, 2, 3, 4]);
    const attributes = { kernel_shape: [2], strides: [3], pads: [1, 1], ceil_mode: 1 };
    expect(Array.from(run('MaxPool', [x], attributes).data)).toEqual([1, 4]);
    const y = run('AveragePool', [x], { ...attributes, count_include_pad: 1 });
    expect(Array.from(y.data)).toEqual([0.5, 3.5]);
  });

  it('counts pads but not the space beyond them with count_include_pad', () => {
    const x = tensor([1, 1, 4], [2, 4, 6, 8]);
    const attributes = { kernel_shape: [3], strides: [2], pads: [0, 0], ceil_mode: 1, count_include_pad: 1 };
    expect(Array.from(run('AveragePool', [x], attributes).data)).toEqual([4, 7]);
  });

  it('takes floor((size−1)/2) channels before and the rest after in an even LRN', () => {
    const y = run('LRN', [tensor([1, 3, 1, 1], [1, 2, 3])], {
      size: 2,
      alpha: { float: 2 },
      beta: { float: 1 },
      bias: { float: 0 },
    });
    expect(Array.from(y.data)).toEqual([1 / 5, 2 / 13, 3 / 9]);
  });

  it('adds up repeated indices in ScatterElements', () => {
    const indices = tensor([1, 3], [1, 1, 0], 'int64');
    const y = run('ScatterElements', [tensor([1, 3], [1, 2, 3]), indices, tensor([1, 3], [10, 20, 30])], {
      axis: 1,
      reduction: 'add',
    });
    expect(Array.from(y.data)).toEqual([31, 32, 3]);
  });

  it('crops where a pad is negative', () => {
    const y = run('Pad', [tensor([4], [1, 2, 3, 4]), tensor([2], [-1, 2], 'int64')]);
    expect(Array.from(y.data)).toEqual([2, 3, 4, 0, 0]);
  });

  it('interpolates with half pixels', () => {
    const inputs = [tensor([2], [0, 4]), tensor([0], []), tensor([1], [2])];
    expect(Array.from(run('Resize', inputs, { mode: 'linear' }).data)).toEqual([0, 1, 3, 4]);
  });

  it('reads 0 and −1 in Reshape', () => {
    const x = tensor([2, 3, 4], new Float64Array(24));
    expect(run('Reshape', [x, tensor([2], [0, -1], 'int64')]).shape).toEqual([2, 12]);
  });

  it('divides integers as integers', () => {
    const y = run('Div', [tensor([2], [7, -7], 'int64'), tensor([], [2], 'int64')]);
    expect(Array.from(y.data)).toEqual([3, -3]);
  });

  it('chooses by a broadcast condition', () => {
    const graph = graphOf([nodeOf('Where', ['c', 'a', 'b'], ['y'])], [], [], {
      c: bools([2, 1], [1, 0]),
      a: float32([2], [1, 2]),
      b: float32([], [9]),
    });
    expect(Array.from(evaluate(graph, new Map(), ['y']).get('y')!.data)).toEqual([1, 2, 9, 9]);
  });

  it('makes one-hot rows', () => {
    const graph = graphOf([nodeOf('OneHot', ['i', 'd', 'v'], ['y'])], [], [], {
      i: int64([2, 0]),
      d: int64([3], []),
      v: float32([2], [0, 1]),
    });
    const y = evaluate(graph, new Map(), ['y']).get('y')!;
    expect([y.shape, Array.from(y.data)]).toEqual([
      [2, 3],
      [0, 0, 1, 1, 0, 0],
    ]);
  });

  it('knows erf to double precision', () => {
    expect(erf(0.5)).toBeCloseTo(0.5204998778130465, 14);
    expect(erf(-2)).toBeCloseTo(-0.9953222650189527, 14);
    expect(erf(3)).toBeCloseTo(0.9999779095030014, 14);
  });

  it('names an operator that it lacks', () => {
    expect(() => run('Einsum', [tensor([1], [1])])).toThrow(/Einsum/);
  });
});
