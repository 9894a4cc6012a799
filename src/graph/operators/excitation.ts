import { type Node, numbersOf } from '../../onnx/graph.js';
import type { GraphBuilder } from '../builder.js';
import { type BackwardRule, type RuleContext, refuse } from './rule.js';

/*
 * Excitation backprop (Zhang et al., "Top-down Neural Attention by Excitation Backprop", ECCV 2016, equation 10):
 * the probability p of an output is shared among the inputs that excite it, p' = x ⊙ W₊ᵀ(p ⊘ (W₊x)) with
 * W₊ = max(W, 0), without bias, 0/0 = 0. It needs x ≥ 0.
 * Batch normalisation passes p through. Folded into W it does the same, since a positive factor per output cancels;
 * only where its γ is negative does the folded W excite what the bare one inhibits.
 */

/** p ⊘ d for backward p and forward d of the same dims, 0 where d is 0. */
function share(b: GraphBuilder, p: string, d: string, dims: readonly number[]): string {
  const inverse = b.once(`inverse or zero ${d}`, () => {
    const positive = b.add('Greater', [d, b.scalar(0)]);
    return b.add('Where', [positive, b.add('Reciprocal', [d]), b.scalar(0)]);
  });
  return b.timesForward(p, inverse, dims);
}

/** max(sign·W, 0), made once per weight and sign. */
function excitatory(b: GraphBuilder, node: Node, sign: 1 | -1): string {
  const name = node.inputs[1]!;
  const weight = b.known(name);
  if (weight === undefined || weight.dtype !== 'float32') {
    refuse(node, 'for mwp with weights that are not float32 constants', 'use grad-cam');
  }
  return b.once(`excitatory ${sign} ${name}`, () => b.mapped(weight, (value) => Math.max(0, sign * value)));
}

/**
 * One step down through a linear node, its weights taken as sign·W. Throws ModelError where x may be negative.
 * @param gradient the node's own rule
 */
export function excite(
  gradient: BackwardRule,
  context: RuleContext,
  sign: 1 | -1,
): readonly (string | undefined)[] {
  const { b, node, g } = context;
  const x = rectifiedInput(context);
  const inputs = [x, excitatory(b, node, sign)];
  const denominator = b.once(`excitation ${sign} ${node.outputs[0]}`, () =>
    b.add(node.op, inputs, node.attributes),
  );
  const shared = share(b, g, denominator, b.type(node.outputs[0]!).dims);
  const [spread] = gradient({
    ...context,
    node: { ...node, inputs },
    g: shared,
    grads: [shared],
    needs: (i) => i === 0,
  });
  return [b.timesForward(spread!, x, b.type(x).dims)];
}

/** A layer shares p by its positive weights. */
export const byWeights =
  (gradient: BackwardRule): BackwardRule =>
  (context) => {
    if (context.needs(1) || context.needs(2)) {
      refuse(context.node, 'for mwp with weights computed from the image', 'use grad-cam');
    }
    return excite(gradient, context, 1);
  };

/** Rectifiers and normalisations pass p on. */
export const through: BackwardRule = ({ g }) => [g];

/** An average (or a sum over positions) shares by activation: p' = x ⊙ ∂avg/∂xᵀ(p ⊘ avg). */
export const byActivation =
  (gradient: BackwardRule): BackwardRule =>
  (context) => {
    const { b, node, g } = context;
    const x = rectifiedInput(context);
    const shared = share(b, g, node.outputs[0]!, b.type(node.outputs[0]!).dims);
    const [spread] = gradient({ ...context, g: shared, grads: [shared] });
    return [b.timesForward(spread!, x, b.type(x).dims)];
  };

/**
 * A residual sum splits by x_i / Σx, 0 where the sum is not positive (its ReLU is off there). The parts may be
 * negative before their ReLU, and then so is their share, as in TorchRay. A constant (a bias) takes no part.
 */
export const ofSum: BackwardRule = ({ b, node, g, needs }) => {
  const { dims } = b.type(node.outputs[0]!);
  const computed = node.inputs.filter((name) => b.known(name) === undefined);
  if (computed.length === 1) return node.inputs.map((name) => (name === computed[0] ? g : undefined));
  if (!computed.every((name) => b.type(name).dims.join() === dims.join())) {
    refuse(node, 'for mwp (a sum of maps of different shapes)', 'use grad-cam');
  }
  const shared = share(b, g, node.outputs[0]!, dims);
  return node.inputs.map((name, i) => (needs(i) ? b.timesForward(shared, name, dims) : undefined));
};

/** A product with a constant scales: it passes everything on. Gates that depend on the image are refused. */
export const ofProduct: BackwardRule = ({ b, node, g }) => {
  const computed = node.inputs.filter((name) => b.known(name) === undefined);
  if (computed.length !== 1) refuse(node, 'for mwp (a product of two maps)', 'use grad-cam');
  return node.inputs.map((name) => (name === computed[0] ? g : undefined));
};

/** The first input, which the shares are made of. Throws ModelError where it may be negative. */
function rectifiedInput({ b, node, has }: RuleContext): string {
  const x = node.inputs[0]!;
  if (!isNonNegative(b, x, has)) {
    refuse(
      node,
      'for mwp (its input is not rectified)',
      'read the map at a layer behind it, or use grad-cam',
    );
  }
  return x;
}

/** Whether a value cannot be negative, by how it is made. */
function isNonNegative(b: GraphBuilder, name: string, has: RuleContext['has']): boolean {
  const constant = b.known(name);
  if (constant !== undefined) return numbersOf(constant).every((value) => value >= 0);
  const node = b.makerOf(name);
  if (node === undefined) return false;
  if (has(node, 'nonnegative')) return true;
  if (node.op === 'Clip') return isNonNegative(b, node.inputs[1] ?? '', has);
  // What is padded with stands among the values.
  if (node.op === 'Pad') return [0, 2].every((at) => isNonNegative(b, node.inputs[at]!, has));
  if (has(node, 'keepsSign')) return isNonNegative(b, node.inputs[0]!, has);
  return has(node, 'keepsCommonSign') && node.inputs.every((input) => isNonNegative(b, input, has));
}
