import { ModelError } from '../../base/errors.js';
import { describe, floatOf, type Node, numbersOf } from '../../onnx/graph.js';
import type { GraphBuilder } from '../builder.js';
import { positive } from '../channelwise.js';
import { broadcastShapes, sameShape } from '../shapes.js';
import { through } from './excitation.js';
import { each, make } from './folding.js';
import { same } from './inferring.js';
import { type Lower, scalar } from './lowering.js';
import type { Fold, Infer, OperatorFamily } from './operator.js';
import { type BackwardRule, type ReluRule, refuse, refuseRule } from './rule.js';

/**
 * y = max(0, x). Backprop passes g where x > 0, guided backprop where x > 0 and g > 0, deconvnet where g > 0
 * (Springenberg et al., "Striving for Simplicity", figure 1).
 * The mask is read off the output, y > 0 ⇔ x > 0: the input then has no second reader and the engine can still
 * fuse the ReLU into the convolution before it.
 */
const reluGradient: BackwardRule = ({ b, node, relu: rule, g }) =>
  b.isRectified(g, rule) ? [g] : [rectified(b, rule, g, node.outputs[0]!)];

/** The gradient g of a rectifier's output y, as the rule passes it on. */
export function rectified(b: GraphBuilder, rule: ReluRule, g: string, y: string): string {
  const passed = rule === 'gradient' ? g : b.add('Relu', [g]);
  return rule === 'deconvnet' ? passed : b.timesForward(passed, rectifierMask(b, y), b.type(y).dims);
}

/** 1 where a rectifier's output y is positive, else 0; made once and shared by whoever needs it. */
export function rectifierMask(b: GraphBuilder, y: string): string {
  return b.once(`mask ${y}`, () => positive(b, y, b.type(y).dims));
}

/** Bounds become inputs that are known. */
const lowerClip: Lower = ({ node, inputs, constant, emit, alias }) => {
  const bound = (position: number, name: 'min' | 'max') => {
    if (node.attributes[name] !== undefined) return constant(name, scalar(floatOf(node, name, 0)));
    if (inputs[position] === undefined) return '';
    if (inputs[position].known === undefined) {
      throw new ModelError(
        `${describe(node)}: its ${name} is computed from the image, which is not supported`,
      );
    }
    return constant(name, scalar(numbersOf(inputs[position].known)[0]!));
  };
  const bounds = [bound(1, 'min'), bound(2, 'max')];
  if (bounds.every((name) => name === '')) return alias();
  emit({ inputs: [node.inputs[0]!, ...bounds], attributes: {} });
};

const foldClip: Fold = (node, [x, min, max]) => {
  const low = min ? numbersOf(min)[0]! : floatOf(node, 'min', Number.NEGATIVE_INFINITY);
  const high = max ? numbersOf(max)[0]! : floatOf(node, 'max', Number.POSITIVE_INFINITY);
  const bounded = numbersOf(x!).map((value) => Math.min(high, Math.max(low, value)));
  return [make(x!.dtype, x!.shape, bounded)];
};

/** y = min(max(x, low), high) passes g strictly inside of its bounds, as PyTorch's hardtanh and ReLU6 do. */
const clipGradient: BackwardRule = (context) => {
  const { b, node, relu: rule, g } = context;
  const [low, high] = boundsOf(b, node);
  if (rule !== 'gradient') {
    if (low !== 0) refuseRule(context, 'its lower bound is not 0, so it is no rectifier');
    if (isHardGate(b, node)) refuseRule(context, 'it is part of a hard sigmoid or hard swish');
  }
  const passed = rule === 'gradient' ? g : b.add('Relu', [g]);
  if (rule === 'deconvnet') return [passed];
  const y = node.outputs[0]!;
  const mask = b.once(`mask ${y}`, () => {
    const inside = [
      ...(low === undefined ? [] : [b.add('Greater', [y, b.scalar(low)])]),
      ...(high === undefined ? [] : [b.add('Less', [y, b.scalar(high)])]),
    ];
    const both = inside.length === 2 ? b.add('And', inside) : inside[0];
    if (both === undefined) refuse(node, 'without bounds', 'remove it from the model');
    return b.add('Cast', [both], { to: { type: 'int', value: 1 } });
  });
  return [b.timesForward(passed, mask, b.type(y).dims)];
};

function boundsOf(b: GraphBuilder, node: Node): [number | undefined, number | undefined] {
  const bound = (name: string | undefined) => {
    const constant = name ? b.known(name) : undefined;
    const value = constant === undefined ? undefined : numbersOf(constant)[0]!;
    // Exporters write "no bound" as the largest float.
    return value === undefined || Math.abs(value) > 3e38 ? undefined : value;
  };
  return [bound(node.inputs[1]), bound(node.inputs[2])];
}

/** Clip(x + 3, 0, 6): how exporters without HardSigmoid write one. It gates, it does not rectify. */
function isHardGate(b: GraphBuilder, node: Node): boolean {
  const maker = b.makerOf(node.inputs[0]!);
  if (maker?.op !== 'Add') return false;
  return maker.inputs.some((name) => {
    const constant = b.known(name);
    return constant !== undefined && constant.data.length === 1 && Number(constant.data[0]) === 3;
  });
}

/** y = x for x > 0, αx below; α is a number or, for PRelu, constant per channel. */
const leakyGradient: BackwardRule = (context) => {
  const { b, node, relu: rule, g, needs } = context;
  if (rule !== 'gradient') refuseRule(context, 'it lets negative values through');
  if (needs(1)) refuse(node, 'for a slope computed from the image', 'export the model with constant slopes');
  const x = node.inputs[0]!;
  const slope = node.op === 'PRelu' ? node.inputs[1]! : b.scalar(floatOf(node, 'alpha', 0.01));
  const factor = b.once(`slope ${x} ${node.name}`, () =>
    b.add('Where', [b.add('Greater', [x, b.scalar(0)]), b.scalar(1), slope]),
  );
  return [b.timesForward(g, factor, b.type(x).dims)];
};

const inferPRelu: Infer = (node, [x, slope]) => {
  if (!sameShape(broadcastShapes(x!.shape, slope!.shape), x!.shape))
    throw new ModelError(`${describe(node)}: slope [${slope!.shape.join(',')}] does not fit its input`);
  return [{ dtype: x!.dtype, shape: x!.shape }];
};

export const rectifier: OperatorFamily = {
  Relu: {
    schema: '1 1 1 0',
    traits: ['elementwise', 'rectifier', 'nonnegative'],
    infer: same,
    fold: each((x) => Math.max(0, x)),
    gradient: reluGradient,
    excitation: through,
  },
  Clip: {
    schema: '1 3 1 012 max:f min:f',
    traits: ['elementwise', 'rectifier'],
    infer: same,
    fold: foldClip,
    lower: lowerClip,
    gradient: clipGradient,
    excitation: through,
  },
  LeakyRelu: {
    schema: '1 1 1 0 alpha:f',
    traits: ['elementwise'],
    infer: same,
    fold: each((x, node) => (x < 0 ? floatOf(node, 'alpha', 0.01) * x : x)),
    gradient: leakyGradient,
    excitation: through,
  },
  PRelu: { schema: '2 2 1 01', infer: inferPRelu, gradient: leakyGradient },
};
