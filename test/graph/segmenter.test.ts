import { describe, expect, it } from 'vitest';
import { compile, LOGITS } from '../../src/explainer/compile.js';
import { prepare } from '../../src/graph/network.js';
import { meanOfPlanes } from '../../src/graph/segmenter.js';
import { float32, graphOf, nodeOf, valueInfo } from '../reference/build.js';
import { evaluate } from '../reference/interpreter.js';
import { tensor } from '../reference/tensor.js';

/** [N, 4, 2, 3]: each class a mixture of the colours. */
function planesNet(last?: { readonly op: string; readonly axis?: number }) {
  const kernel = [1, 0, 0, 0, 2, 0, 0, 0, 3, 1, 1, 1];
  const softmax =
    last && nodeOf(last.op, ['planes'], ['out'], last.axis === undefined ? {} : { axis: last.axis });
  return graphOf(
    [nodeOf('Conv', ['x', 'kernel'], ['planes'], { kernel_shape: [1, 1] }), ...(softmax ? [softmax] : [])],
    [valueInfo('x', ['N', 3, 2, 3])],
    [valueInfo(softmax ? 'out' : 'planes', ['N', 4, 2, 3])],
    { kernel: float32([4, 3, 1, 1], kernel) },
  );
}

const x = tensor([1, 3, 2, 3], [1, 2, 3, 4, 5, 6, 10, 10, 10, 10, 10, 10, 0, 0, 0, 0, 0, 6]);
const planes = [
  [1, 2, 3, 4, 5, 6],
  [20, 20, 20, 20, 20, 20],
  [0, 0, 0, 0, 0, 18],
  [11, 12, 13, 14, 15, 22],
];

describe('a segmenter', () => {
  it('is read as a classifier by the mean of each plane, with all planes as a reading', () => {
    const network = prepare(planesNet(), undefined, { planes: true });
    const request = { requests: [], readings: [{ reading: 'segmenter' }], k: 2, classes: 'top' } as const;
    const { graph, readings } = compile(network, { ...request, layer: 'x' });
    expect(readings).toEqual([{ reading: 'segmenter', layer: 'planes', shape: [4, 2, 3], perClass: false }]);
    const values = evaluate(graph, new Map([['x', x]]), [LOGITS, 'reading_0']);
    expect([...values.get(LOGITS)!.data]).toEqual([3.5, 20, 3, 14.5]);
    expect(values.get('reading_0')!.shape).toEqual([1, 4, 2, 3]);
    expect([...values.get('reading_0')!.data]).toEqual(planes.flat());
  });

  it.each(['Softmax', 'LogSoftmax'])('is taken before a %s over its classes', (op) => {
    const {
      planes: read,
      logits,
      classCount,
    } = prepare(planesNet({ op, axis: 1 }), undefined, { planes: true });
    expect([read, classCount]).toEqual(['planes', 4]);
    expect(logits).toBeDefined();
  });

  it('is refused where its Softmax is over something else, or there are no positions', () => {
    expect(() => meanOfPlanes(planesNet({ op: 'Softmax' }))).toThrow(
      'no segmenter: Softmax at its end is over axis -1, not over the classes',
    );
    const flat = graphOf(
      [nodeOf('Flatten', ['x'], ['scores'])],
      [valueInfo('x', ['N', 3, 2, 3])],
      [valueInfo('scores', ['N', 18])],
    );
    expect(() => meanOfPlanes(flat)).toThrow('its output `scores` is [N,18], not [N,classes,height,width]');
    const classifier = prepare(planesNetAsClassifier());
    const request = { requests: [], readings: [{ reading: 'segmenter' }], k: 1, classes: 'top' } as const;
    expect(() => compile(classifier, request)).toThrow('no segmenter: its output has no positions');
  });
});

function planesNetAsClassifier() {
  const { nodes, constants } = planesNet();
  return {
    ...planesNet(),
    ...{ nodes: [...nodes, nodeOf('GlobalAveragePool', ['planes'], ['pooled'])], constants },
    outputs: [valueInfo('pooled', ['N', 4, 1, 1])],
  };
}
