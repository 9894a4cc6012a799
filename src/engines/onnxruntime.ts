import './no-telemetry.js';
import { createRequire } from 'node:module';
import { parse, relative, resolve, sep } from 'node:path';
import ort from 'onnxruntime-node';
import { EngineError, messageOf } from '../base/errors.js';
import { didYouMean } from '../base/nearest.js';
import type { Graph } from '../onnx/graph.js';
import { StoredConstant, type Stretch } from '../onnx/stored.js';
import { writeModel } from '../onnx/write.js';
import type { Engine, EngineSession, EngineStatus, EngineTensor } from './engine.js';
import { inParts } from './in-parts.js';
import { shareWeights } from './shared-weights.js';

/**
 * How long a thread of onnxruntime's looks out for the next piece of work before it sleeps. By default that is longer than
 * most operators that run on one thread take, and longer than the pause between batches: time in which images could be
 * decoded. Two cores, MobileNet v2's backprop of 8 images: 235 → 180 ms, 450 → 290 ms of processor time; forward passes
 * take as long as before.
 */
const SPIN_MICROSECONDS = '100';

/** ONNX Runtime, from the npm package onnxruntime-node: its CPU provider, or another one that is asked for. */
export const onnxruntime: Engine = {
  name: 'onnxruntime',
  mapsFiles: true,
  load: async (graph, options = {}) => {
    const provider = providerNamed(options.provider ?? 'cpu');
    // A provider that does not start is reported by our own error; onnxruntime would print its own before.
    if (provider !== 'cpu') ort.env.logLevel = 'fatal';
    const { bytes, folder } = modelFor(provider === 'cpu' ? shareWeights(graph) : graph);
    const session = await ort.InferenceSession.create(bytes, {
      executionProviders: [provider],
      graphOptimizationLevel: 'all',
      // Warnings about our graph's unused initializers are noise on a user's terminal.
      logSeverityLevel: 3,
      ...(options.threads ? { intraOpNumThreads: options.threads } : {}),
      extra: {
        session: {
          intra_op: { spin_duration_us: SPIN_MICROSECONDS },
          ...(folder === undefined ? {} : { model_external_initializers_file_folder_path: folder }),
        },
      },
      // An arena keeps the largest run's activations for ever.
      ...(options.sparing ? { enableCpuMemArena: false, enableMemPattern: false } : {}),
    }).catch((error: unknown) => {
      throw refusal(provider, messageOf(error));
    });
    const whole: EngineSession = {
      device: `onnxruntime-node ${version()} (${provider})`,
      run: async (feeds) => {
        const tensors = Object.entries(feeds).map(([name, tensor]) => [name, toOrt(tensor)] as const);
        const results = await session.run(Object.fromEntries(tensors)).catch((error: unknown) => {
          throw new EngineError(`onnxruntime failed while running the graph: ${messageOf(error)}`);
        });
        return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, fromOrt(tensor)]));
      },
      close: () => session.release(),
    };
    // On a processor an image's results are the same bits in every batch; elsewhere that was not tried.
    return provider === 'cpu' ? inParts(whole) : whole;
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

/**
 * The model's bytes; constants that lie in files are left to onnxruntime, which maps them into memory. It looks for all
 * of them below one folder, so that is the root that they share; where they share none (two drives), they are inside.
 */
function modelFor(graph: Graph): { readonly bytes: Uint8Array; readonly folder?: string } {
  const paths = [...graph.constants.values()].flatMap((constant) =>
    constant instanceof StoredConstant ? [resolve(constant.stretch.path)] : [],
  );
  const [root, ...others] = [...new Set(paths.map((path) => parse(path).root))];
  if (root === undefined || others.length > 0) return { bytes: writeModel(graph) };
  const below = ({ path }: Stretch) => relative(root, resolve(path)).split(sep).join('/');
  return { bytes: writeModel(graph, below), folder: root };
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
