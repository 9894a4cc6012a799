import ort from 'onnxruntime-node';
import { EngineError, messageOf } from '../errors.js';
import { writeModel } from '../onnx/write.js';
import type { Engine, EngineTensor } from './engine.js';

/** ONNX Runtime's CPU provider, from the npm package onnxruntime-node. */
export const onnxruntime: Engine = {
  name: 'onnxruntime',
  load: async (graph, options = {}) => {
    const session = await ort.InferenceSession.create(writeModel(graph), {
      executionProviders: ['cpu'],
      graphOptimizationLevel: 'all',
      // Warnings about our graph's unused initializers are noise on a user's terminal.
      logSeverityLevel: 3,
      ...(options.threads ? { intraOpNumThreads: options.threads } : {}),
    }).catch((error: unknown) => {
      throw new EngineError(`onnxruntime refuses the compiled graph: ${messageOf(error)}`);
    });
    return {
      run: async (feeds) => {
        const given = Object.entries(feeds).map(([name, tensor]) => [name, toOrt(tensor)] as const);
        const results = await session.run(Object.fromEntries(given)).catch((error: unknown) => {
          throw new EngineError(`onnxruntime failed while running the graph: ${messageOf(error)}`);
        });
        return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, fromOrt(tensor)]));
      },
      close: () => session.release(),
    };
  },
};

function toOrt(tensor: EngineTensor): ort.Tensor {
  return new ort.Tensor(tensor.dtype, tensor.data, tensor.shape);
}

function fromOrt(tensor: ort.Tensor): EngineTensor {
  if (tensor.type !== 'float32' && tensor.type !== 'int64') {
    throw new EngineError(`the graph returns ${tensor.type}, expected float32 or int64`);
  }
  return { dtype: tensor.type, shape: tensor.dims, data: tensor.data as Float32Array | BigInt64Array };
}
