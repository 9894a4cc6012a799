import '../../src/engines/no-telemetry.js';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { type CaffeFiles, convertCaffe } from '../../src/caffe/convert.js';
import { inferShapes } from '../../src/graph/infer.js';
import type { Graph } from '../../src/onnx/graph.js';
import { writeModel } from '../../src/onnx/write.js';
import { caffemodel, type Generation, type NetSpec, prototxt } from './caffe-files.js';

export function filesOf(net: NetSpec, generation: Generation = 'v2'): CaffeFiles {
  return {
    prototxt: { text: prototxt(net, generation), file: 'net.prototxt' },
    caffemodel: { bytes: caffemodel(net, generation), file: 'net.caffemodel' },
  };
}

export function graphOf(net: NetSpec, generation: Generation = 'v2'): Graph {
  return convertCaffe(filesOf(net, generation)).graph;
}

export interface Output {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Writes the graph as an ONNX file in memory, with every node's value as an output, and runs it. */
export async function runAll(
  graph: Graph,
  input: Float32Array,
  shape: readonly number[],
): Promise<ReadonlyMap<string, Output>> {
  const infos = inferShapes(graph, shape, undefined);
  const outputs = graph.nodes.flatMap((node) =>
    node.outputs.map((name) => ({ name, dtype: 'float32' as const, shape: infos.get(name)!.shape })),
  );
  const session = await InferenceSession.create(writeModel({ ...graph, outputs }), {
    intraOpNumThreads: 1,
    graphOptimizationLevel: 'disabled',
    logSeverityLevel: 3,
  });
  const results = await session.run({ [graph.inputs[0]!.name]: new Tensor('float32', input, shape) });
  await session.release();
  return new Map(
    Object.entries(results).map(([name, { dims, data }]) => [
      name,
      { shape: dims, values: data as Float32Array },
    ]),
  );
}
