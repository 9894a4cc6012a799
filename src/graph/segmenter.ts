import { ModelError } from '../base/errors.js';
import { type Graph, intOf, type Node } from '../onnx/graph.js';

/** A segmenter as a classifier, and the name of the value that holds its scores at positions, [N, C, h, w]. */
interface ClassPlanes {
  readonly graph: Graph;
  readonly planes: string;
}

/**
 * Makes a classifier of a network that gives scores at positions, [N, C, h, w]: the score of a class is the mean of its
 * plane. A Softmax over the classes at the end is left out, so that the planes hold what it is given.
 * @param graph with one output
 * @throws ModelError when its output is something else
 */
export function meanOfPlanes(graph: Graph): ClassPlanes {
  const output = graph.outputs[0]!;
  const [, classes] = output.shape;
  if (output.shape.length !== 4) {
    throw new ModelError(
      `no segmenter: its output \`${output.name}\` is [${output.shape.join(',')}], not [N,classes,height,width]; choose other methods`,
    );
  }
  const planes = beforeSoftmax(graph, output.name);
  const pooled = node('GlobalAveragePool', planes, 'segmenter/mean');
  const flat = node('Flatten', 'segmenter/mean', 'segmenter/score');
  const outputs = [{ ...output, name: 'segmenter/score', shape: [output.shape[0]!, classes!] }];
  return { graph: { ...graph, nodes: [...graph.nodes, pooled, flat], outputs }, planes };
}

function beforeSoftmax({ nodes }: Graph, output: string): string {
  const last = nodes.find(({ outputs }) => outputs.includes(output));
  if (last?.op !== 'Softmax' && last?.op !== 'LogSoftmax') return output;
  const axis = intOf(last, 'axis', -1);
  if (axis === 1 || axis === -3) return last.inputs[0]!;
  throw new ModelError(`no segmenter: ${last.op} at its end is over axis ${axis}, not over the classes`);
}

function node(op: string, input: string, output: string): Node {
  return { op, domain: '', name: output, inputs: [input], outputs: [output], attributes: {} };
}
