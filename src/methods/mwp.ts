import { ModelError } from '../base/errors.js';
import { didYouMean } from '../base/nearest.js';
import type { GraphBuilder } from '../graph/builder.js';
import { bottlenecks, defaultLayer } from '../graph/layers.js';
import { excite } from '../graph/operators/excitation.js';
import { excitationRules, gradientRules, hasTrait } from '../graph/operators/table.js';
import { gradients } from '../graph/walk.js';
import type { Node } from '../onnx/graph.js';
import { rectifiedSum } from './maps.js';
import type { Method } from './method.js';

/**
 * Where the map is read when no layer is named: the input of the last stage, that is the last pooled value at the
 * resolution of the last convolutional activation, else the last value of a higher resolution. That is pool4 of
 * VGG-16 and the output of stage 3 of ResNet-50, as in the paper's protocol; GoogLeNet's pool2 has to be named.
 */
function lastStageInput(b: GraphBuilder): string {
  const last = defaultLayer(b.network);
  const area = (name: string) =>
    b
      .type(name)
      .dims.slice(1)
      .reduce((product, size) => product * size, 1);
  const maps = bottlenecks(b.network).filter((name) => b.network.types.get(name)?.dims.length === 3);
  const before = maps.slice(0, maps.indexOf(last)).reverse();
  const wider = before.find((name) => {
    const maker = b.makerOf(name);
    const pooled = maker !== undefined && hasTrait(maker, 'pooling');
    return area(name) > area(last) || (pooled && area(name) === area(last));
  });
  return wider === undefined || wider === b.network.input ? last : wider;
}

/**
 * p at the layer: MWP walks down from the class's score, map = max(0, Σ over channels). The sum is negative only where a
 * residual branch is, before its ReLU.
 */
export const mwp: Method = {
  name: 'mwp',
  summary: 'excitation backprop: the probability that a position wins the way down',
  reference: 'Zhang et al., "Top-down Neural Attention by Excitation Backprop" (ECCV 2016), section 3.2',
  reads: 'layer',
  defaultLayer: lastStageInput,
  gradients: [],
  build: ({ b, seeds, layer }) => {
    const p = gradients(b, 'gradient', seeds, [layer], excitationRules).get(layer)!;
    return rectifiedSum(b, p, layer);
  },
};

/**
 * Contrastive MWP: the last linear layer, or the one that reads the value named as `contrast`, is passed once with W and
 * once with −W, each one step down; the difference is not clamped there, goes on by the plain rule, and the map is
 * max(0, Σ over channels). Above that layer and below it the rule is linear in p, so where below it the difference is
 * taken plays no part.
 */
export const contrastiveMwp: Method = {
  name: 'c-mwp',
  summary: 'excitation backprop of the class against that of its negation',
  reference: 'Zhang et al., "Top-down Neural Attention by Excitation Backprop" (ECCV 2016), section 3.3',
  reads: 'layer',
  defaultLayer: lastStageInput,
  gradients: [],
  hasContrast: true,
  build: ({ b, seeds, layer, contrast: named }) => {
    const top = named === undefined ? lastLinear(b) : linearBehind(b, named);
    const output = top.outputs[0]!;
    const p = gradients(b, 'gradient', seeds, [output], excitationRules).get(output)!;
    const context = {
      ...({ b, node: top, relu: 'gradient', g: p, grads: [p] } as const),
      needs: (i: number) => i === 0,
      has: hasTrait,
    };
    const step = (sign: 1 | -1) => excite(gradientRules[top.op]!, context, sign)[0]!;
    const contrast = b.add('Sub', [step(1), step(-1)]);
    const start = top.inputs[0]!;
    if (start === layer) return rectifiedSum(b, contrast, layer);
    return rectifiedSum(
      b,
      gradients(b, 'gradient', contrast, [layer], excitationRules, start).get(layer)!,
      layer,
    );
  },
};

/**
 * The linear layer that the scores come from, through whatever excitation backprop has a rule for. Throws ModelError that
 * says what was found instead.
 */
function lastLinear(b: GraphBuilder): Node {
  let name = b.network.logits;
  for (;;) {
    const node = b.makerOf(name);
    if (node !== undefined && hasTrait(node, 'weighted')) return node;
    const inputs = node?.inputs.filter((input) => b.known(input) === undefined) ?? [];
    if (node === undefined || excitationRules[node.op] === undefined || inputs.length !== 1) {
      const end = node === undefined ? 'its input' : `${node.op} \`${node.name}\``;
      throw new ModelError(
        `c-mwp needs a network that ends in a linear layer; this one has ${end} there. Use mwp`,
      );
    }
    name = inputs[0]!;
  }
}

/** The linear layer that reads a value, arranged anew or not. Throws ModelError when there is none, or others beside it. */
function linearBehind(b: GraphBuilder, value: string): Node {
  const through = new Set(bottlenecks(b.network));
  const readers = b.network.graph.nodes.filter((node) => hasTrait(node, 'weighted'));
  const direct = readers.filter((node) => arrangements(b, node.inputs[0]!).includes(value));
  const only = direct.length === 1 && through.has(direct[0]!.inputs[0]!) ? direct[0] : undefined;
  if (only !== undefined) return only;
  const choices = readers
    .map(({ inputs }) => inputs[0]!)
    .filter((input) => through.has(input))
    .flatMap((input) => arrangements(b, input));
  throw new ModelError(
    `c-mwp: no linear layer alone reads \`${value}\`${didYouMean(value, choices)}: name the input of one that everything passes`,
  );
}

/** A value and those that it is made from by mere arranging. */
function arrangements(b: GraphBuilder, value: string): string[] {
  const node = b.makerOf(value);
  return node !== undefined && hasTrait(node, 'arranging')
    ? [value, ...arrangements(b, node.inputs[0]!)]
    : [value];
}
