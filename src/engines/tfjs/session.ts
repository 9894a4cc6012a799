import type { Tensor } from '@tensorflow/tfjs-core';
import { BenchError, EngineError, messageOf } from '../../base/errors.js';
import { describe, type Graph, type Node, type ValueInfo } from '../../onnx/graph.js';
import type { EngineSession, EngineTensor } from '../engine.js';
import type { Kernel, KernelContext } from './kernel.js';
import { kernels } from './kernels/table.js';
import { type Tf, upload, Value } from './value.js';

interface Step {
  readonly node: Node;
  readonly kernel: Kernel;
  /** Values that no later step reads. */
  readonly last: readonly string[];
}

/**
 * Runs a graph node by node. Constants are uploaded when first read and stay until the session closes; every other
 * value is disposed of behind its last reader.
 * @throws EngineError naming the first node whose operator is not implemented
 */
export function createSession(tf: Tf, backend: string, device: string, graph: Graph): EngineSession {
  const steps = stepsOf(graph);
  const constants = new Map<string, Value>();
  const derived = new Map<string, Tensor>();
  const cached = (key: string, make: () => Tensor): Tensor => {
    const cached = derived.get(key);
    if (cached !== undefined) return cached;
    const tensor = tf.keep(make());
    derived.set(key, tensor);
    return tensor;
  };
  const constantValue = (name: string, node: Node): Value | undefined => {
    const constant = graph.constants.get(name);
    if (constant === undefined) return undefined;
    const cached = constants.get(name);
    if (cached !== undefined) return cached;
    const value = upload(tf, constant);
    if (value === undefined) {
      throw new EngineError(
        `tfjs cannot run ${describe(node)}: \`${name}\` is ${constant.dtype}; export in float32`,
      );
    }
    constants.set(name, value);
    return value;
  };

  const runStep = ({ node, kernel }: Step, values: Map<string, Value>): void => {
    const inputs = node.inputs.map((name) => {
      if (name === '') return undefined;
      const value = values.get(name) ?? constantValue(name, node);
      if (value === undefined)
        throw new EngineError(`tfjs cannot run ${describe(node)}: \`${name}\` is nowhere computed`);
      return value;
    });
    const context: KernelContext = {
      tf,
      node,
      inputs,
      constant: (position) => graph.constants.get(node.inputs[position] ?? ''),
      cached,
    };
    const result = kernel(context);
    const results = result instanceof Value ? [result] : result;
    results.forEach((value, i) => {
      const name = node.outputs[i];
      if (name === undefined || name === '') value.dispose();
      else values.set(name, value);
    });
  };

  const compute = (values: Map<string, Value>): void => {
    for (const step of steps) {
      try {
        tf.tidy(() => runStep(step, values));
      } catch (error) {
        if (error instanceof BenchError) throw error;
        throw new EngineError(`tfjs failed at ${describe(step.node)}: ${messageOf(error)}`);
      }
      for (const name of step.last) {
        values.get(name)?.dispose();
        values.delete(name);
      }
    }
  };

  return {
    device,
    run: async (feeds) => {
      // Other sessions may have chosen another backend since.
      if (tf.getBackend() !== backend) await tf.setBackend(backend);
      const values = new Map(graph.inputs.map((info) => [info.name, feed(tf, info, feeds[info.name])]));
      try {
        compute(values);
        const outputs = await Promise.all(
          graph.outputs.map(async (info) => [info.name, await fetch(info, values.get(info.name)!)] as const),
        );
        return Object.fromEntries(outputs);
      } finally {
        for (const value of values.values()) value.dispose();
      }
    },
    close: async () => {
      for (const value of constants.values()) value.dispose();
      for (const tensor of derived.values()) tensor.dispose();
      constants.clear();
      derived.clear();
    },
  };
}

function stepsOf(graph: Graph): readonly Step[] {
  const used = new Set(graph.outputs.map(({ name }) => name));
  const steps: Step[] = [];
  for (const node of [...graph.nodes].reverse()) {
    const kernel = node.domain === '' ? kernels[node.op] : undefined;
    if (kernel === undefined) {
      throw new EngineError(
        `tfjs has no operator ${describe(node)}: use engine: onnxruntime for this network`,
      );
    }
    const last = new Set([...node.outputs, ...node.inputs].filter((name) => name !== '' && !used.has(name)));
    for (const name of last) used.add(name);
    steps.push({ node, kernel, last: [...last] });
  }
  return steps.reverse();
}

function feed(tf: Tf, info: ValueInfo, tensor: EngineTensor | undefined): Value {
  if (tensor === undefined) throw new EngineError(`the graph's input \`${info.name}\` is not given`);
  const shape = [...tensor.shape];
  return new Value(
    tf,
    tensor.dtype === 'int64'
      ? tf.tensor(Int32Array.from(tensor.data as BigInt64Array, Number), shape, 'int32')
      : tf.tensor(tensor.data as Float32Array, shape, 'float32'),
    'plain',
    shape,
  );
}

async function fetch(info: ValueInfo, value: Value): Promise<EngineTensor> {
  const tensor = value.plain();
  const data = await tensor.data();
  if (info.dtype === 'int64') {
    return { dtype: 'int64', shape: value.shape, data: BigInt64Array.from(data as Int32Array, BigInt) };
  }
  if (info.dtype === 'float32') return { dtype: 'float32', shape: value.shape, data: data as Float32Array };
  throw new EngineError(`the graph returns ${info.dtype}, expected float32 or int64`);
}
