import { ADDED } from '../graph/builder.js';
import { int64 } from '../graph/constants.js';
import { type Constant, type Graph, type Node, sizeOf, type ValueInfo } from '../onnx/graph.js';

/** Smaller weights are better packed: two copies of them are no matter. */
const WORTH_SHARING = 8 * 2 ** 20;

const [PADS, START, END, AXIS] = ['pads', 'start', 'end', 'axis'].map((name) => `shared/${name}`) as [
  string,
  string,
  string,
  string,
];
const CONSTANTS: readonly (readonly [string, Constant])[] = [
  [PADS, int64([0, 0, 1, 0])],
  [START, int64([0])],
  [END, int64([-1])],
  [AXIS, int64([0])],
];

/**
 * For onnxruntime on a CPU, which packs the weights of every Gemm into an order of its own, once per Gemm. Weights
 * that only explanations read, and twice, as c-MWP does (a ⊙ W⁺ᵀ(g ⊘ W⁺a)), would be there in two orders: VGG-16's
 * first linear layer alone takes 411 MB each time. Here they become inputs with a default, which are not packed, so
 * that all read the one copy in the file. Unpacked, a product of one row takes another path than a product of
 * several, and the last bits of an image would depend on its batch. One more row of zeros, cut off again, keeps them
 * on one path.
 *
 * @param from bytes; smaller weights stay as they are
 */
export function shareWeights(graph: Graph, from = WORTH_SHARING): Graph {
  const shared = new Map<string, ValueInfo>();
  for (const [name, { dtype, shape }] of graph.constants) {
    if (!name.startsWith(ADDED) || dtype !== 'float32' || 4 * sizeOf(shape) < from) continue;
    const readers = graph.nodes.filter(({ inputs }) => inputs.includes(name));
    if (readers.length > 1 && readers.every((node) => isProduct(node, name))) {
      shared.set(name, { name, dtype, shape });
    }
  }
  if (shared.size === 0) return graph;
  return {
    ...graph,
    inputs: [...graph.inputs, ...shared.values()],
    nodes: graph.nodes.flatMap((node) => (shared.has(node.inputs[1] ?? '') ? withOneMoreRow(node) : node)),
    constants: new Map([...graph.constants, ...CONSTANTS]),
  };
}

/** x·W or x·Wᵀ, with a row of its own for each row of x; a bias would need to be one for all rows. */
function isProduct({ op, inputs, attributes }: Node, weight: string): boolean {
  const { transA } = attributes;
  const plain = transA === undefined || (transA.type === 'int' && transA.value === 0);
  return (
    op === 'Gemm' && plain && inputs.lastIndexOf(weight) === 1 && inputs[0] !== weight && inputs.length === 2
  );
}

function withOneMoreRow(node: Node): readonly Node[] {
  const [x, weight] = node.inputs as [string, string];
  const [result] = node.outputs as [string];
  const [longer, rows] = [`${result}/longer`, `${result}/rows`];
  const plain = { domain: '', attributes: {} };
  return [
    { ...plain, op: 'Pad', name: longer, inputs: [x, PADS], outputs: [longer] },
    { ...node, inputs: [longer, weight], outputs: [rows] },
    { ...plain, op: 'Slice', name: `${result}/cut`, inputs: [rows, START, END, AXIS], outputs: [result] },
  ];
}
