import { floatOf, intOf, type Node } from '../onnx/graph.js';
import type { GraphBuilder } from './builder.js';
import { plainConv } from './channelwise.js';

/*
 * Local response normalisation, y_i = x_i · D_i^−β with D_i = bias + α/n · Σ_{j near i} x_j² over n neighbouring
 * channels (Krizhevsky et al. 2012, section 3.3), as a 1×1 convolution over the squares. onnxruntime's own operator
 * takes two fifths of GoogLeNet's and most of AlexNet's forward pass, for its powers; here β = ¾ is two square roots.
 * The backward walk needs the same D and D^−β, so both ways share them.
 */

export interface Lrn {
  readonly size: number;
  readonly alpha: number;
  readonly beta: number;
  /** Channels before and behind the own one. */
  readonly before: number;
  readonly after: number;
}

export function lrnOf(node: Node): Lrn {
  const size = intOf(node, 'size', 1);
  const before = Math.floor((size - 1) / 2);
  return {
    size,
    alpha: floatOf(node, 'alpha', 1e-4),
    beta: floatOf(node, 'beta', 0.75),
    before,
    after: size - 1 - before,
  };
}

/** More channels would make the convolution dearer than the operator. */
const MOST_CHANNELS = 1024;

/** Has the network's own LRN nodes computed this way. */
export function replaceLrn(b: GraphBuilder): void {
  for (const node of b.network.graph.nodes) {
    if (node.op !== 'LRN') continue;
    const x = node.inputs[0]!;
    const { dims } = b.type(x);
    if (dims.length === 3 && dims[0]! <= MOST_CHANNELS)
      b.instead(node, b.add('Mul', [x, lrnFactor(b, node)]));
  }
}

/** D of a node, [N, C, H, W]. */
export function lrnDenominator(b: GraphBuilder, node: Node): string {
  const x = node.inputs[0]!;
  const [channels] = b.type(x).dims as [number];
  const { size, alpha, before, after } = lrnOf(node);
  return b.once(`lrn ${node.outputs[0]}`, () => {
    const bias = b.constant('float32', [channels], new Float32Array(channels).fill(floatOf(node, 'bias', 1)));
    return neighbours(b, b.add('Mul', [x, x]), channels, before, after, alpha / size, bias);
  });
}

/** D^−β of a node, [N, C, H, W]. */
export function lrnFactor(b: GraphBuilder, node: Node): string {
  const { beta } = lrnOf(node);
  return b.once(`lrn factor ${node.outputs[0]}`, () => {
    const denominator = lrnDenominator(b, node);
    if (beta !== 0.75) return b.add('Pow', [denominator, b.scalar(-beta)]);
    const root = b.add('Sqrt', [denominator]);
    return b.add('Reciprocal', [b.add('Mul', [root, b.add('Sqrt', [root])])]);
  });
}

/** bias_i + factor · Σ x_j over the channels j from i − before to i + after, for x [N, C, H, W]. */
export function neighbours(
  b: GraphBuilder,
  x: string,
  channels: number,
  before: number,
  after: number,
  factor: number,
  bias?: string,
): string {
  const band = b.once(`band ${channels} ${before} ${after} ${factor}`, () => {
    const data = new Float32Array(channels * channels);
    for (let i = 0; i < channels; i++) {
      for (let j = Math.max(0, i - before); j <= Math.min(channels - 1, i + after); j++)
        data[i * channels + j] = factor;
    }
    return b.constant('float32', [channels, channels, 1, 1], data);
  });
  return b.add('Conv', bias === undefined ? [x, band] : [x, band, bias], plainConv([1, 1]));
}
