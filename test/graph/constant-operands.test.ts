import { describe, expect, it } from 'vitest';
import { inferShapes } from '../../src/graph/infer.js';
import { lower } from '../../src/graph/lower.js';
import { probe } from '../../src/graph/probe.js';
import { type Constant, type Graph, numbersOf } from '../../src/onnx/graph.js';
import { graphOf, nodeOf, type PlainAttribute, valueInfo } from '../reference/build.js';

const floats = (shape: readonly number[], value: (i: number) => number): Constant => ({
  dtype: 'float32',
  shape,
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => value(i)),
});

describe('a constant that repeats one number', () => {
  const graphWith = (op: string, side: Constant): Graph =>
    graphOf([nodeOf(op, ['x', 'side'], ['y'], {})], [valueInfo('x', ['N', 1])], [valueInfo('y', ['N', 4])], {
      side,
    });
  const lowered = (graph: Graph) => lower(graph, probe(graph, [1])).nodes.map(({ op }) => op);

  it('is a bound or an exponent of 1 where it leaves the shape as it is', () => {
    expect(
      lowered(
        graphWith(
          'Max',
          floats([1, 1], () => 0),
        ),
      ),
    ).toEqual(['Clip']);
    expect(
      lowered(
        graphWith(
          'Pow',
          floats([1], () => 1),
        ),
      ),
    ).toEqual([]);
  });

  it('stays an operand where it makes the value wider', () => {
    expect(
      lowered(
        graphWith(
          'Max',
          floats([1, 4], () => 0),
        ),
      ),
    ).toEqual(['Max']);
    expect(
      lowered(
        graphWith(
          'Pow',
          floats([4], () => 1),
        ),
      ),
    ).toEqual(['Pow']);
  });
});

describe('operators on constants alone', () => {
  function known(op: string, of: Constant, attributes: Record<string, PlainAttribute>, opset = 17) {
    const graph = graphOf(
      [nodeOf(op, ['of'], ['made'], attributes), nodeOf('Add', ['x', 'made'], ['y'], {})],
      [valueInfo('x', ['N', 1])],
      [valueInfo('y', ['N', 1])],
      { of },
    );
    return inferShapes({ ...graph, opset }, [2, 1], undefined).get('made')!.known;
  }

  it('takes the largest of more numbers than a call takes arguments', () => {
    const largest = known(
      'ReduceMax',
      floats([1 << 18], (i) => i),
      {},
    );
    expect(numbersOf(largest!)).toEqual([(1 << 18) - 1]);
  });

  it('does nothing where a reduction names no axes and says that this means none', () => {
    const attributes = { noop_with_empty_axes: 1 };
    expect(
      numbersOf(
        known(
          'ReduceSum',
          floats([3], (i) => i),
          attributes,
        )!,
      ),
    ).toEqual([0, 1, 2]);
    expect(
      numbersOf(
        known(
          'ReduceSum',
          floats([3], (i) => i),
          {},
        )!,
      ),
    ).toEqual([3]);
  });

  it('leaves a Softmax of an opset before 13 to lowering, which knows its axes', () => {
    const sides = floats([1, 2, 2], () => 0);
    expect(known('Softmax', sides, {}, 11)).toBeUndefined();
    expect(numbersOf(known('Softmax', sides, {}, 13)!)).toEqual([0.5, 0.5, 0.5, 0.5]);
  });
});
