import { lower } from '../../../src/graph/lower.js';
import { probe } from '../../../src/graph/probe.js';
import { headOf } from '../../../src/graph/scores/head.js';
import { tailOf } from '../../../src/graph/scores/tail.js';
import type { Graph, Node } from '../../../src/onnx/graph.js';
import { float32, graphOf, int64, nodeOf, randomWeights, valueInfo } from '../../reference/build.js';

/** Pooled pictures [N, 4], a linear layer `z` [N, `width`], then these nodes; the last one's output is the model's. */
export function endingIn(nodes: readonly Node[], width = 3): Graph {
  const output = nodes.at(-1)?.outputs[0] ?? 'z';
  return graphOf(
    [
      nodeOf('GlobalAveragePool', ['x'], ['gap']),
      nodeOf('Flatten', ['gap'], ['flat']),
      nodeOf('Gemm', ['flat', 'w'], ['z'], { transB: 1 }),
      ...nodes,
    ],
    [valueInfo('x', ['N', 4, 2, 2])],
    [valueInfo(output, ['N', width])],
    {
      w: randomWeights([width, 4], 1),
      two: float32([], [2]),
      half: float32([], [0.5]),
      classes: int64([1]),
      ones: float32([width, width], Array(width * width).fill(1)),
      other: randomWeights([width, width], 2),
      kept: int64([2, 0]),
    },
  );
}

export function tailIn(graph: Graph) {
  const lowered = lower(graph, probe(graph, [4, 2, 2]));
  return tailOf(lowered, lowered.outputs[0]!, 'x');
}

export function headIn(graph: Graph) {
  const tail = tailIn(graph);
  return { tail, head: headOf(tail) };
}

/** Exp over its sum, of `from`, under the name `to`. */
export function writtenSoftmax(from: string, to: string): Node[] {
  return [
    nodeOf('Exp', [from], [`${to}/exp`]),
    nodeOf('ReduceSum', [`${to}/exp`, 'classes'], [`${to}/sum`]),
    nodeOf('Div', [`${to}/exp`, `${to}/sum`], [to]),
  ];
}
