import { type Constant, floatOf, type Node, sizeOf } from '../onnx/graph.js';
import { floatsOf } from './constants.js';

/**
 * Folds each BatchNormalization into the convolution before it, where nothing else reads that convolution: then
 * y = s·(Wx + b − μ) + β is the same affine map with weights sW and bias s(b − μ) + β, s = γ/√(σ² + ε).
 * Computed in float64 and rounded once. A BatchNormalization elsewhere stays.
 */
export function foldBatchNorms(
  nodes: readonly Node[],
  constants: ReadonlyMap<string, Constant>,
  logits: string,
): { readonly nodes: readonly Node[]; readonly constants: ReadonlyMap<string, Constant> } {
  const readers = new Map<string, number>([[logits, 1]]);
  for (const node of nodes)
    for (const input of node.inputs) readers.set(input, (readers.get(input) ?? 0) + 1);
  const convs = new Map(nodes.filter(({ op }) => op === 'Conv').map((node) => [node.outputs[0]!, node]));
  const merged = new Map(constants);
  const replaced = new Map<Node, Node | undefined>();
  for (const norm of nodes) {
    const conv = norm.op === 'BatchNormalization' ? convs.get(norm.inputs[0]!) : undefined;
    if (conv === undefined || readers.get(conv.outputs[0]!) !== 1) continue;
    const folded = foldPair(conv, norm, constants);
    if (folded === undefined) continue;
    const [weight, bias] = [`${norm.outputs[0]}/folded_weight`, `${norm.outputs[0]}/folded_bias`];
    merged.set(weight, folded.weight);
    merged.set(bias, folded.bias);
    // The convolution takes the place, name and output of the normalisation.
    replaced.set(conv, { ...conv, inputs: [conv.inputs[0]!, weight, bias], outputs: norm.outputs });
    replaced.set(norm, undefined);
  }
  return {
    nodes: nodes.flatMap((node) => (replaced.has(node) ? (replaced.get(node) ?? []) : node)),
    constants: merged,
  };
}

function foldPair(conv: Node, norm: Node, constants: ReadonlyMap<string, Constant>) {
  const given = [conv.inputs[1], ...norm.inputs.slice(1, 5)].map((name) => constants.get(name ?? ''));
  const bias = conv.inputs[2] ? constants.get(conv.inputs[2]) : undefined;
  if (given.some((constant) => constant?.dtype !== 'float32') || (conv.inputs[2] && bias === undefined))
    return undefined;
  const [weight, gamma, beta, mean, variance] = given as [Constant, Constant, Constant, Constant, Constant];
  const [g, b, m, v] = [gamma, beta, mean, variance].map(floatsOf) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const epsilon = floatOf(norm, 'epsilon', 1e-5);
  const scale = g.map((value, channel) => value / Math.sqrt(v[channel]! + epsilon));
  const old = bias === undefined ? new Float64Array(scale.length) : floatsOf(bias);
  const perChannel = sizeOf(weight.shape) / scale.length;
  // Typed loops: Float32Array.from with a callback takes seconds on a ResNet.
  const from = weight.data as Float32Array;
  const scaled = new Float32Array(from.length);
  scale.forEach((factor, channel) => {
    const end = (channel + 1) * perChannel;
    for (let i = channel * perChannel; i < end; i++) scaled[i] = from[i]! * factor;
  });
  return {
    weight: { dtype: 'float32', shape: weight.shape, data: scaled } satisfies Constant,
    bias: {
      dtype: 'float32',
      shape: [scale.length],
      data: Float32Array.from(scale, (s, channel) => s * (old[channel]! - m[channel]!) + b[channel]!),
    } satisfies Constant,
  };
}
