import type { Constant, Graph, Node } from '../onnx/graph.js';
import { intOf } from '../onnx/graph.js';
import { namesIn } from './extension.js';

/** How a node reads a constant. */
type Way = 'Conv' | 'ConvTranspose' | 'rows' | 'columns';

/**
 * The graph with a copy of each weight for each further way in which it is read. A runtime may lay a weight out for one node and
 * take that layout for another. OpenVINO does so between Conv and ConvTranspose where channels in = out, and between the two sides
 * of a square matrix.
 */
export function separateWeights(graph: Graph): Graph {
  const taken = new Set(namesIn(graph));
  const constants = new Map<string, Constant>(graph.constants);
  /** The constant that stands for another one that is read in this way. */
  const standing = new Map<string, Map<Way, string>>();
  const nameFor = (name: string, way: Way): string => {
    const ways = standing.get(name) ?? new Map<Way, string>();
    standing.set(name, ways);
    const found = ways.get(way);
    if (found !== undefined) return found;
    const own = ways.size === 0 ? name : freeName(`${name}/${way}`, taken);
    constants.set(own, graph.constants.get(name)!);
    ways.set(way, own);
    return own;
  };
  const nodes = graph.nodes.map((node): Node => {
    const inputs = node.inputs.map((name, i) => {
      const way = wayOf(node, i, graph.constants.get(name));
      return way === undefined ? name : nameFor(name, way);
    });
    return inputs.every((name, i) => name === node.inputs[i]) ? node : { ...node, inputs };
  });
  return { ...graph, nodes, constants };
}

/** Undefined where no other layout could be taken for it. */
function wayOf(node: Node, input: number, constant: Constant | undefined): Way | undefined {
  if (constant === undefined || input > 1) return undefined;
  const { op } = node;
  if (op === 'Conv' || op === 'ConvTranspose') return input === 1 ? op : undefined;
  if (op !== 'Gemm' && op !== 'MatMul') return undefined;
  const [columns, rows] = [constant.shape.at(-1), constant.shape.at(-2)];
  if (rows !== columns) return undefined;
  const turned = intOf(node, input === 0 ? 'transA' : 'transB', 0) !== 0;
  return turned === (input === 1) ? 'rows' : 'columns';
}

function freeName(name: string, taken: Set<string>): string {
  let free = name;
  while (taken.has(free)) free += '_';
  taken.add(free);
  return free;
}
