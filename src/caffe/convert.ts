import { ModelError } from '../base/errors.js';
import type { Graph, Node } from '../onnx/graph.js';
import { addInput, type ImageSize, INPUT_LAYERS } from './inputs.js';
import { elementwiseLayers } from './layers/elementwise.js';
import type { LayerTable } from './layers/layer.js';
import { linearLayers } from './layers/linear.js';
import { normLayers } from './layers/norm.js';
import { poolingLayers } from './layers/pooling.js';
import { shapeLayers } from './layers/shape.js';
import { type CaffeLayer, readNet } from './net.js';
import { NetBuilder } from './net-builder.js';
import { readWeights } from './weights.js';

const LAYERS: LayerTable = {
  ...linearLayers,
  ...poolingLayers,
  ...normLayers,
  ...elementwiseLayers,
  ...shapeLayers,
};

/** Layers that measure or report and make nothing that a classifier needs. */
const MEASURES = /^(Accuracy|.*Loss|Silence|HDF5Output)$/;

/** Opset of the graphs that are written. */
const OPSET = 13;

export interface CaffeFiles {
  /** Contents and name of the prototxt. */
  readonly prototxt: { readonly text: string; readonly file: string };
  readonly caffemodel: { readonly bytes: Buffer; readonly file: string };
  /** [height, width] in pixels; by default what the prototxt says. */
  readonly inputSize?: ImageSize;
}

export interface Converted {
  readonly graph: Graph;
  /** Other values that nothing reads, e.g. the heads that help training; left out of the graph. */
  readonly leftOut: readonly string[];
}

/**
 * Converts a Caffe classifier, as it is for testing, to an ONNX graph: input [N, C, H, W], output the last value that
 * nothing reads. Values keep Caffe's names (see NetBuilder for layers that work in place). Weights stay as they are:
 * a network trained on BGR images still wants BGR.
 * @throws ModelError: one line that names file, layer and type
 */
export function convertCaffe({ prototxt, caffemodel, inputSize }: CaffeFiles): Converted {
  const net = readNet(prototxt.text, prototxt.file);
  const weights = readWeights(caffemodel.bytes, caffemodel.file);
  const b = new NetBuilder();
  const input = addInput(net, inputSize, b, prototxt.file);
  const inputShape = b.shapeOf(input);
  for (const layer of net.layers) {
    if (INPUT_LAYERS.has(layer.type)) continue;
    if (MEASURES.test(layer.type) || layer.bottoms.some((bottom) => b.isAbsent(bottom))) {
      for (const top of layer.tops) b.markAbsent(top);
      continue;
    }
    const convert = Object.hasOwn(LAYERS, layer.type) ? LAYERS[layer.type] : undefined;
    if (convert === undefined) throw unsupported(layer);
    convert({ layer, blobs: weights.get(layer.name) ?? [], b });
  }
  const outputs = b.outputs();
  const output = outputs.at(-1);
  if (output === undefined) throw new ModelError(`${prototxt.file}: no layer's top is left as the output`);
  const nodes = neededFor(output.name, b.nodes);
  const used = new Set(nodes.flatMap(({ inputs }) => inputs));
  const graph: Graph = {
    name: net.name,
    opset: OPSET,
    inputs: [{ name: input, dtype: 'float32', shape: ['N', ...inputShape] }],
    outputs: [{ name: output.name, dtype: 'float32', shape: ['N', ...output.shape] }],
    nodes,
    constants: new Map([...b.constants].filter(([name]) => used.has(name))),
  };
  return { graph, leftOut: outputs.slice(0, -1).map(({ name }) => name) };
}

function unsupported(layer: CaffeLayer): ModelError {
  return new ModelError(
    `${layer.where}: this type of layer is not supported; supported are ${Object.keys(LAYERS).sort().join(', ')}`,
  );
}

function neededFor(output: string, nodes: readonly Node[]): Node[] {
  const needed = new Set([output]);
  const reachable = nodes.toReversed().filter((node) => {
    if (!node.outputs.some((name) => needed.has(name))) return false;
    for (const name of node.inputs) needed.add(name);
    return true;
  });
  return reachable.reverse();
}
