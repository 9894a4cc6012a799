import '../../src/engines/no-telemetry.js';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Constant, Graph } from '../../src/onnx/graph.js';
import { writeModel } from '../../src/onnx/write.js';
import { graphOf, nodeOf, type PlainAttribute, valueInfo } from './build.js';
import { evaluate } from './interpreter.js';
import { uniform } from './random.js';
import { type RefTensor, tensor } from './tensor.js';

/** One operator on a random input `x`; its other inputs are constants. */
export interface Case {
  readonly op: string;
  readonly x: readonly number[];
  readonly attributes?: Readonly<Record<string, PlainAttribute>>;
  /** Inputs after `x`, in order; null leaves an optional one out. */
  readonly rest?: readonly (Constant | null)[];
  /** Number of outputs compared. */
  readonly outputs?: number;
  readonly seed?: number;
}

function graphFor(c: Case): Graph {
  const rest = c.rest ?? [];
  const outputs = Array.from({ length: c.outputs ?? 1 }, (_, i) => `y${i}`);
  const node = nodeOf(
    c.op,
    ['x', ...rest.map((constant, i) => (constant ? `c${i}` : ''))],
    outputs,
    c.attributes,
  );
  const constants = rest.flatMap((constant, i) => (constant ? [[`c${i}`, constant] as const] : []));
  const isIndex = (i: number) => i === 1 || ['ArgMax', 'ArgMin'].includes(c.op);
  const infos = outputs.map((name, i) => valueInfo(name, ['?'], isIndex(i) ? 'int64' : 'float32'));
  return graphOf([node], [valueInfo('x', c.x)], infos, Object.fromEntries(constants));
}

/** The operator's outputs by the interpreter and by onnxruntime on the same float32 input. */
export async function bothResults(c: Case): Promise<{ reference: RefTensor; runtime: RefTensor }[]> {
  const graph = graphFor(c);
  const data = uniform(
    c.x.reduce((a, b) => a * b, 1),
    c.seed ?? 1,
    2,
  );
  const names = graph.outputs.map((output) => output.name);
  const reference = evaluate(graph, new Map([['x', tensor(c.x, data)]]), names);
  const session = await InferenceSession.create(writeModel(graph), { logSeverityLevel: 3 });
  const results = await session.run({ x: new Tensor('float32', Float32Array.from(data), [...c.x]) });
  return names.map((name) => {
    const result = results[name]!;
    const values = Array.from(result.data as ArrayLike<number | bigint>, Number);
    return { reference: reference.get(name)!, runtime: tensor(result.dims, values) };
  });
}
