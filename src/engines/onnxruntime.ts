import './no-telemetry.js';
import { createRequire } from 'node:module';
import ort from 'onnxruntime-node';
import { EngineError, messageOf } from '../errors.js';
import { didYouMean } from '../nearest.js';
import { writeModel } from '../onnx/write.js';
import type { Engine, EngineStatus, EngineTensor } from './engine.js';

/** ONNX Runtime, from the npm package onnxruntime-node: its CPU provider, or another one that is asked for. */
export const onnxruntime: Engine = {
  name: 'onnxruntime',
  load: async (graph, options = {}) => {
    const provider = providerNamed(options.provider ?? 'cpu');
    // A provider that does not start is reported by our own error; onnxruntime would print its own before.
    if (provider !== 'cpu') ort.env.logLevel = 'fatal';
    const session = await ort.InferenceSession.create(writeModel(graph), {
      executionProviders: [provider],
      graphOptimizationLevel: 'all',
      // Warnings about our graph's unused initializers are noise on a user's terminal.
      logSeverityLevel: 3,
      ...(options.threads ? { intraOpNumThreads: options.threads } : {}),
    }).catch((error: unknown) => {
      throw refusal(provider, messageOf(error));
    });
    return {
      device: `onnxruntime-node ${version()} (${provider})`,
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

export function onnxruntimeStatus(): EngineStatus {
  const providers = ort
    .listSupportedBackends()
    .map(({ name, bundled }) => (bundled ? name : `${name} (separate)`));
  return {
    name: 'onnxruntime',
    available: true,
    detail: `onnxruntime-node ${version()}; providers: ${providers.join(', ')}`,
  };
}

function version(): string {
  return (createRequire(import.meta.url)('onnxruntime-node/package.json') as { version: string }).version;
}

/** Throws EngineError for a provider that this build of onnxruntime-node does not know. */
function providerNamed(name: string): string {
  const known = ort.listSupportedBackends().map((backend) => backend.name);
  if (known.includes(name)) return name;
  throw new EngineError(
    `onnxruntime-node has no provider "${name}" on this platform${didYouMean(name, known)}; providers: ${known.join(', ')}`,
  );
}

function refusal(provider: string, message: string): EngineError {
  if (provider === 'cpu') return new EngineError(`onnxruntime refuses the compiled graph: ${message}`);
  const why = /load (shared )?library/i.test(message)
    ? 'its libraries are not here'
    : provider === 'webgpu'
      ? 'it finds no GPU adapter'
      : message.slice(0, 200);
  const fetch =
    provider === 'cuda' || provider === 'tensorrt'
      ? '`npm rebuild onnxruntime-node --ignore-scripts=false` fetches its CUDA libraries; or '
      : '';
  return new EngineError(
    `onnxruntime's provider ${provider} does not start: ${why}; ${fetch}set provider: cpu`,
  );
}

function toOrt(tensor: EngineTensor): ort.Tensor {
  return new ort.Tensor(tensor.dtype, tensor.data, tensor.shape);
}

function fromOrt(tensor: ort.Tensor): EngineTensor {
  if (tensor.type !== 'float32' && tensor.type !== 'int64') {
    throw new EngineError(`the graph returns ${tensor.type}, expected float32 or int64`);
  }
  return { dtype: tensor.type, shape: tensor.dims, data: tensor.data as Float32Array | BigInt64Array };
}
