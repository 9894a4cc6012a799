export interface Tensor {
  readonly type: 'float32' | 'uint8' | 'int64';
  readonly shape: readonly number[];
  readonly data: Float32Array | Uint8Array | BigInt64Array;
}

export type Tensors = Readonly<Record<string, Tensor>>;

export type Run = (
  model: string,
  inputs: Tensors,
) => Promise<{ readonly version: string; readonly outputs: Tensors }>;

export function findBrowser(): string | undefined;

export function runtimesWith(found: {
  readonly python?: string | undefined;
  readonly browser?: string | undefined;
}): Readonly<Record<string, Run>>;
