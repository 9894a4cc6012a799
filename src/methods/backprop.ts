import type { GraphBuilder } from '../graph/builder.js';
import type { ReluRule } from '../graph/operators/rule.js';
import { activationOf, perClass } from './maps.js';
import type { Method, MethodMap } from './method.js';

/** max_c |∂y/∂x_c| at the network's input. */
export function saliency(b: GraphBuilder, gradient: string): MethodMap {
  const { height, width } = activationOf(b, b.network.input);
  const largest = b.add('ReduceMax', [b.add('Abs', [gradient])], {
    axes: { type: 'ints', value: [1] },
    keepdims: { type: 'int', value: 0 },
  });
  return perClass(b, largest, height, width);
}

/** A saliency map whose ReLUs pass the gradient under the given rule. */
export function saliencyMethod(name: string, relu: ReluRule, summary: string, reference: string): Method {
  return {
    name,
    summary,
    reference,
    reads: 'input',
    gradients: [{ relu, at: 'input' }],
    build: ({ b, gradient }) => saliency(b, gradient(b.network.input, relu)),
  };
}

export const backprop = saliencyMethod(
  'backprop',
  'gradient',
  'largest absolute gradient over the colour channels, at the input',
  'Simonyan et al., "Deep Inside Convolutional Networks" (2014), section 3.1',
);
