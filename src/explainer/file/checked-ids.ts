import { Extension, freePrefix } from '../../graph/extension.js';
import type { Graph } from '../../onnx/graph.js';

/**
 * The graph with ids that are looked up in the list 0 … classes − 1 first. An id that is not in it would give a map of zeros
 * in silence; runtimes that check a Gather refuse it. A negative id counts from the end, and is named by what it stands for.
 * @param given name of the input that holds ids
 */
export function withCheckedIds(graph: Graph, given: string, classCount: number): Graph {
  const e = new Extension(freePrefix(graph, 'given'));
  const all = e.numbers(
    'int64',
    Array.from({ length: classCount }, (_, id) => id),
  );
  const checked = e.add('Gather', [all, given]);
  const of = (name: string) => (name === given ? checked : name);
  const nodes = graph.nodes.map((node) => ({ ...node, inputs: node.inputs.map(of) }));
  return e.before({ ...graph, nodes });
}
