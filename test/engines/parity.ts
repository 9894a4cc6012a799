import { ModelError } from '../../src/base/errors.js';
import type { EngineTensor } from '../../src/engines/engine.js';
import { CLASS_IDS, compile, LOGITS, prepareNamed } from '../../src/explainer/compile.js';
import type { Network } from '../../src/graph/prepared-network.js';
import { methods } from '../../src/methods/registry.js';
import { DTYPES, type Graph } from '../../src/onnx/graph.js';
import { readModel } from '../../src/onnx/read.js';
import { relativeDifference } from './golden-gradient.js';

export type Run = Readonly<Record<string, EngineTensor>>;

export interface Case {
  readonly network: Network;
  readonly graph: Graph;
  /** Every method that the network admits, in the order of the maps. */
  readonly methods: readonly string[];
}

/** A network compiled with every method that is defined for it, for its k best classes. */
export async function everyMethod(file: string, k: number): Promise<Case> {
  const network = prepareNamed(file, await readModel(file), undefined);
  const admitted = [...methods.keys()].filter((method) => admits(network, method, k));
  const requests = admitted.map((method) => ({ method }));
  return {
    network,
    graph: withRoutes(compile(network, { requests, k, classes: 'top' }).graph),
    methods: admitted,
  };
}

function admits(network: Network, method: string, k: number): boolean {
  try {
    compile(network, { requests: [{ method }], k, classes: 'top' });
    return true;
  } catch (error) {
    if (error instanceof ModelError) return false;
    throw error;
  }
}

const ROUTE = /^route_/;

/**
 * The graph with one more output for everything that decides which way a gradient goes: the masks of rectifiers and
 * the winners of max pools. Where float32 puts an activation on the other side of a kink, two engines rightly differ.
 */
function withRoutes(graph: Graph): Graph {
  const flat = 'route/flat';
  const routes = graph.nodes.flatMap((node): { value: string; dtype: 'float32' | 'int64' }[] => {
    if (node.op === 'MaxPool') return node.outputs[1] ? [{ value: node.outputs[1], dtype: 'int64' }] : [];
    const to = node.attributes.to;
    const isMask = node.op === 'Cast' || (node.op === 'Clip' && node.name.startsWith('explain/'));
    if (!isMask) return [];
    return [{ value: node.outputs[0]!, dtype: to?.value === DTYPES.int64 ? 'int64' : 'float32' }];
  });
  const nodes = routes.map(({ value }, i) => ({
    ...{ op: 'Reshape', domain: '', name: `route_${i}`, attributes: {} },
    ...{ inputs: [value, flat], outputs: [`route_${i}`] },
  }));
  return {
    ...graph,
    nodes: [...graph.nodes, ...nodes],
    constants: new Map([
      ...graph.constants,
      [flat, { dtype: 'int64', shape: [1], data: BigInt64Array.of(-1n) }],
    ]),
    outputs: [
      ...graph.outputs,
      ...routes.map(({ dtype }, i) => ({ name: `route_${i}`, dtype, shape: ['n'] })),
    ],
  };
}

/** How many masks and winners differ between two runs. */
export function differentRoutes(actual: Run, expected: Run): number {
  return Object.keys(expected)
    .filter((name) => ROUTE.test(name))
    .reduce((sum, name) => {
      const [a, b] = [actual[name]!.data, expected[name]!.data];
      let count = 0;
      for (let i = 0; i < b.length; i++) if (a[i] !== b[i]) count++;
      return sum + count;
    }, 0);
}

export interface Difference {
  readonly what: string;
  /** Largest difference relative to the largest value of its map (one image, one class). */
  readonly relative: number;
}

/** Largest difference of the scores and of each method's maps, map by map. */
export function differences({ methods: names }: Case, actual: Run, expected: Run): readonly Difference[] {
  const floats = (run: Run, name: string) => run[name]!.data as Float32Array;
  const maps = names.map((what, i) => {
    const [n, k, h, w] = expected[`map_${i}`]!.shape as [number, number, number, number];
    const [a, b] = [floats(actual, `map_${i}`), floats(expected, `map_${i}`)];
    const each = Array.from({ length: n * k }, (_, m) =>
      relativeDifference(a.subarray(m * h * w, (m + 1) * h * w), b.subarray(m * h * w, (m + 1) * h * w)),
    );
    return { what, relative: Math.max(...each) };
  });
  return [
    { what: 'scores', relative: relativeDifference(floats(actual, LOGITS), floats(expected, LOGITS)) },
    ...maps,
  ];
}

export function classIds(run: Run): number[] {
  return Array.from(run[CLASS_IDS]!.data as BigInt64Array, Number);
}
