import * as node from 'onnxruntime-node';
import * as wasm from 'onnxruntime-web/wasm';

/*
 * A file in onnxruntime as a user calls it: nothing of the program between. The WASM build is the one that browsers load.
 */

wasm.env.wasm.numThreads = 1;

export interface Given {
  readonly type: 'float32' | 'uint8' | 'int64';
  readonly data: Float32Array | Uint8Array | BigInt64Array;
  readonly dims: readonly number[];
}

export interface Got {
  readonly data: Float32Array | BigInt64Array;
  readonly dims: readonly number[];
}

export interface OpenModel {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  readonly run: (inputs: Readonly<Record<string, Given>>) => Promise<Readonly<Record<string, Got>>>;
}

export const RUNTIMES = ['onnxruntime-node', 'onnxruntime-web (WASM)'] as const;
export type Runtime = (typeof RUNTIMES)[number];

export async function openModel(model: Uint8Array | string, runtime: Runtime): Promise<OpenModel> {
  const { InferenceSession, Tensor } = runtime === 'onnxruntime-node' ? node : (wasm as typeof node);
  const session = await InferenceSession.create(model as string, { logSeverityLevel: 3 });
  return {
    inputNames: session.inputNames,
    outputNames: session.outputNames,
    run: async (inputs) => {
      const feeds = Object.entries(inputs).map(([name, { type, data, dims }]) => {
        return [name, new Tensor(type as 'float32', data as Float32Array, dims)] as const;
      });
      const results = await session.run(Object.fromEntries(feeds));
      return Object.fromEntries(
        Object.entries(results).map(([name, { data, dims }]) => [name, { data, dims } as Got]),
      );
    },
  };
}
