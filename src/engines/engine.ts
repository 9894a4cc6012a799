import type { Graph } from '../onnx/graph.js';

/** A tensor given to or taken from an engine: row-major, of one of the two element types that cross the border. */
export interface EngineTensor {
  readonly dtype: 'float32' | 'int64';
  readonly shape: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

export interface EngineSession {
  /** What computes, for the user: package, version, device, and why nothing better was taken. */
  readonly device: string;
  /** Runs the graph once. Throws EngineError when the runtime does. */
  run(feeds: Readonly<Record<string, EngineTensor>>): Promise<Readonly<Record<string, EngineTensor>>>;
  close(): Promise<void>;
}

export interface EngineOptions {
  /** Threads within one operator at most; 0 or none lets the runtime take all cores. */
  readonly threads?: number;
  /** onnxruntime's execution provider, `cpu` by default; other engines refuse it. */
  readonly provider?: string;
  /** Gives the memory of a run back after it, which takes time: for sessions of which many are open at once. */
  readonly sparing?: boolean;
}

/** Runs graphs. Two engines given the same graph and the same feeds must give the same maps. */
export interface Engine {
  readonly name: string;
  /** Takes constants that lie in files from there when it loads a graph, and needs them no more under their names. */
  readonly mapsFiles?: true;
  /** Compiles a graph. Throws EngineError naming what the runtime does not accept. */
  load(graph: Graph, options?: EngineOptions): Promise<EngineSession>;
}

export interface EngineStatus {
  readonly name: string;
  readonly available: boolean;
  /** Version and device, or why it cannot be used here. */
  readonly detail: string;
}
