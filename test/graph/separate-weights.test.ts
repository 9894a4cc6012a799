import { describe, expect, it } from 'vitest';
import { outputsAtSource } from '../../src/graph/outputs-at-source.js';
import { renamed } from '../../src/graph/renamed.js';
import { separateWeights } from '../../src/graph/separate-weights.js';
import type { Graph, Node } from '../../src/onnx/graph.js';
import { graphOf, nodeOf, randomWeights, valueInfo } from '../reference/build.js';

const graphWith = (nodes: readonly Node[], shape: readonly number[]): Graph =>
  graphOf(nodes, [valueInfo('x', ['N', ...shape])], [valueInfo('y', ['N', ...shape])], {
    w: randomWeights(shape.length === 1 ? [shape[0]!, shape[0]!] : [shape[0]!, shape[0]!, 1, 1], 1),
    oblong: randomWeights([shape[0]!, 7], 2),
  });
const weightsOf = ({ nodes }: Graph) => nodes.map(({ inputs }) => inputs[1]);

describe('weights that are read in several ways', () => {
  it('are one for each way: Conv and ConvTranspose', () => {
    const graph = graphWith(
      [
        nodeOf('Conv', ['x', 'w'], ['a']),
        nodeOf('ConvTranspose', ['a', 'w'], ['b']),
        nodeOf('Conv', ['b', 'w'], ['c']),
        nodeOf('ConvTranspose', ['c', 'w'], ['y']),
      ],
      [4, 5, 5],
    );
    const separate = separateWeights(graph);
    expect(weightsOf(separate)).toEqual(['w', 'w/ConvTranspose', 'w', 'w/ConvTranspose']);
    expect(separate.constants.get('w/ConvTranspose')).toBe(graph.constants.get('w'));
  });

  it('are one for each side of a square matrix, and stay one where no side can be taken for the other', () => {
    const graph = graphWith(
      [
        nodeOf('Gemm', ['x', 'w'], ['a'], { transB: 1 }),
        nodeOf('Gemm', ['a', 'w'], ['b']),
        nodeOf('MatMul', ['b', 'w'], ['c']),
        nodeOf('Gemm', ['c', 'oblong'], ['d']),
        nodeOf('Gemm', ['d', 'oblong'], ['y'], { transB: 1 }),
      ],
      [4],
    );
    const separate = separateWeights(graph);
    expect(weightsOf(separate)).toEqual(['w', 'w/columns', 'w/columns', 'oblong', 'oblong']);
    expect([...separate.constants.keys()].sort()).toEqual(['oblong', 'w', 'w/columns']);
  });

  it('leave the graph as it is where each is read in one way', () => {
    const graph = graphWith([nodeOf('Gemm', ['x', 'w'], ['a']), nodeOf('Gemm', ['a', 'w'], ['y'])], [4]);
    expect(separateWeights(graph)).toEqual(graph);
  });
});

describe('names', () => {
  it('that are wanted are free, and their owners get others', () => {
    const graph = graphOf(
      [
        nodeOf('Relu', ['x'], ['scores']),
        nodeOf('Relu', ['scores'], ['network/scores']),
        nodeOf('Relu', ['network/scores'], ['y']),
      ],
      [valueInfo('x', ['N'])],
      [valueInfo('y', ['N'])],
    );
    const made = renamed(
      graph,
      new Map([
        ['y', 'scores'],
        ['x', 'input'],
      ]),
    );
    expect(made.nodes.map(({ inputs, outputs }) => [...inputs, ...outputs])).toEqual([
      ['input', 'network/scores_'],
      ['network/scores_', 'network/scores'],
      ['network/scores', 'scores'],
    ]);
  });

  it('of outputs stand where the value is made, but for one that has two and one that comes in', () => {
    const graph = graphOf(
      [
        nodeOf('Relu', ['x'], ['a']),
        nodeOf('Identity', ['a'], ['y']),
        nodeOf('Identity', ['a'], ['again']),
        nodeOf('Identity', ['x'], ['through']),
      ],
      [valueInfo('x', ['N'])],
      [valueInfo('y', ['N']), valueInfo('again', ['N']), valueInfo('through', ['N'])],
    );
    expect(
      outputsAtSource(graph).nodes.map(({ op, inputs, outputs }) => [op, ...inputs, ...outputs]),
    ).toEqual([
      ['Relu', 'x', 'y'],
      ['Identity', 'y', 'again'],
      ['Identity', 'x', 'through'],
    ]);
  });
});
