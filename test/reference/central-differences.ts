import type { Constant, Graph, Node } from '../../src/onnx/graph.js';
import { sizeOf } from '../../src/onnx/graph.js';
import { graphOf, nodeOf, randomWeights, valueInfo } from './build.js';
import { evaluate } from './interpreter.js';
import { awayFromKinks } from './random.js';
import { type RefTensor, tensor } from './tensor.js';

/** Central differences: (f(x + eps·e_i) − f(x − eps·e_i)) / 2eps for every i; the error is of order eps². */
export function numericGradient(f: (x: Float64Array) => number, x: Float64Array, eps = 1e-5): Float64Array {
  const probe = Float64Array.from(x);
  return Float64Array.from(x, (value, i) => {
    probe[i] = value + eps;
    const above = f(probe);
    probe[i] = value - eps;
    const below = f(probe);
    probe[i] = value;
    return (above - below) / (2 * eps);
  });
}

/** Gradient of logit `classId` of image 0 to the input, by central differences of the interpreted graph. */
export function numericInputGradient(graph: Graph, x: RefTensor, classId: number, eps = 1e-5): Float64Array {
  const [input, output] = [graph.inputs[0]!.name, graph.outputs[0]!.name];
  const logit = (data: Float64Array): number => {
    const result = evaluate(graph, new Map([[input, tensor(x.shape, data)]]), [output]);
    return result.get(output)!.data[classId]!;
  };
  return numericGradient(logit, Float64Array.from(x.data), eps);
}

/** The part of a classifier that a test is about: nodes from value `x` to value `y`, and their constants. */
export interface Body {
  readonly nodes: readonly Node[];
  readonly constants?: Readonly<Record<string, Constant>>;
  /** Shape of one image, without the batch axis. */
  readonly input: readonly number[];
  readonly seed?: number;
  /** Inputs are in [-range, range]. */
  readonly range?: number;
}

export interface Classifier {
  /** Input `x` [N, ...], output `logits` [N, 3]. */
  readonly graph: Graph;
  /** One image, [1, ...]: float32 numbers, away from 0 and from each other. */
  readonly x: RefTensor;
}

/** `x → body → y → Flatten → Gemm → logits` [N, 3], with seeded weights and a seeded input away from kinks. */
export function classifierAround(body: Body): Classifier {
  const seed = body.seed ?? 1;
  const x = tensor([1, ...body.input], awayFromKinks(sizeOf(body.input), seed, body.range ?? 1));
  const constants = body.constants ?? {};
  const inputs = [valueInfo('x', ['N', ...body.input])];
  const partial = graphOf(body.nodes, inputs, [], constants);
  const y = evaluate(partial, new Map([['x', x]]), ['y']).get('y')!;
  const graph = graphOf(
    [
      ...body.nodes,
      nodeOf('Flatten', ['y'], ['flat'], { axis: 1 }),
      nodeOf('Gemm', ['flat', 'head_w', 'head_b'], ['logits'], { transB: 1 }),
    ],
    inputs,
    [valueInfo('logits', ['N', 3])],
    {
      ...constants,
      head_w: randomWeights([3, sizeOf(y.shape)], seed + 1000),
      head_b: randomWeights([3], seed + 2000),
    },
  );
  return { graph, x };
}
