import type { CaffeLayer } from '../net.js';
import type { NetBuilder } from '../net-builder.js';
import type { Blob } from '../weights.js';

export interface LayerContext {
  readonly layer: CaffeLayer;
  readonly blobs: readonly Blob[];
  readonly b: NetBuilder;
}

/** Writes one Caffe layer as ONNX nodes. @throws ModelError when a parameter of the layer is not supported */
export type ConvertLayer = (context: LayerContext) => void;
export type LayerTable = Readonly<Record<string, ConvertLayer>>;
