import { describe, expect, it } from 'vitest';
import { ModelError } from '../../src/base/errors.js';
import { chooseOutput, reducedTo } from '../../src/graph/outputs.js';
import type { Graph, Node } from '../../src/onnx/graph.js';
import { graphOf, nodeOf, randomWeights, valueInfo } from '../reference/build.js';

const weights = {
  four: randomWeights([4, 3], 1),
  seven: randomWeights([7, 3], 2),
  one: randomWeights([1, 3], 3),
};

/** Linear layers of these names side by side on [N, 3], and other heads. */
function withHeads(names: readonly (keyof typeof weights)[], others: readonly Node[] = []): Graph {
  const heads = names.map((name, i) => nodeOf('Gemm', ['x', name], [`${name}${i}`], { transB: 1 }));
  const outputs = [...heads, ...others].map(({ outputs: [name] }) => valueInfo(name!, ['N']));
  return graphOf([...heads, ...others], [valueInfo('x', ['N', 3])], outputs, weights);
}

function chosen(graph: Graph, choice: Parameters<typeof chooseOutput>[1] = {}) {
  return chooseOutput(graph, choice, (one) => ({ graph: one, inputShape: [3] })).outputs[0]!.name;
}

describe('of several outputs', () => {
  it('the one with as many scores as there are classes is taken', () => {
    const graph = withHeads(['seven', 'four']);
    expect(chosen(graph, { classes: 4 })).toBe('four1');
    expect(chosen(graph, { classes: 7 })).toBe('seven0');
  });

  it('none is taken where no classes are known, not even the only one with more than one score', () => {
    expect(() => chosen(withHeads(['one', 'four']))).toThrow('`one0` [N,1], `four1` [N,4]; name one');
  });

  it('one score stands for two classes', () => {
    expect(chosen(withHeads(['one', 'four']), { classes: 2 })).toBe('one0');
  });

  it('a name decides, whatever fits', () => {
    expect(chosen(withHeads(['four', 'four']), { classes: 4, output: 'four1' })).toBe('four1');
  });

  it('what has operators that are not known is no candidate, and no hindrance', () => {
    const odd = nodeOf('NonZero', ['x'], ['odd']);
    expect(chosen(withHeads(['four'], [odd]))).toBe('four0');
  });

  it.each([
    [
      { classes: 4 },
      withHeads(['four', 'four']),
      'more than one may have 4 scores, one per class: `four0` [N,4], `four1` [N,4]',
    ],
    [
      { classes: 9 },
      withHeads(['four', 'seven']),
      'none of them has 9 scores, one per class: `four0` [N,4], `seven1` [N,7]',
    ],
    [
      {},
      withHeads(['four', 'seven']),
      'more than one may have one score per class: `four0` [N,4], `seven1` [N,7]',
    ],
  ])('none or several fit: all are listed with their shapes (%j)', (choice, graph, message) => {
    expect(() => chosen(graph, choice)).toThrow(ModelError);
    expect(() => chosen(graph, choice)).toThrow(`${message}; name one with model.output (--output NAME)`);
  });

  it('a name that is none is answered with the nearest', () => {
    expect(() => chosen(withHeads(['four', 'seven']), { output: 'for0' })).toThrow(/no output `for0`.*four0/);
    expect(() => chosen(withHeads(['four']), { output: './maps' })).toThrow('did you mean --out?');
  });
});

it('a graph without outputs is no classifier', () => {
  expect(() => chosen(withHeads([]))).toThrow('no output has one score per class (it has none)');
});

it('reduced to one output a graph keeps what that needs', () => {
  const graph = withHeads(['four', 'seven']);
  const reduced = reducedTo(graph, graph.outputs[1]!);
  expect(reduced.nodes.map(({ outputs }) => outputs[0])).toEqual(['seven1']);
  expect([...reduced.constants.keys()]).toEqual(['seven']);
  expect(reduced.inputs.map(({ name }) => name)).toEqual(['x']);
});
