import type { Tensor } from '@tensorflow/tfjs-core';
import type { Attribute } from '../../../onnx/graph.js';
import { input, type Kernel, type KernelContext, plain, unsupported } from '../kernel.js';
import { Value } from '../value.js';

/** What an added first spatial axis of size 1 contributes to each list of numbers per axis. */
const ADDED: Readonly<Record<string, number>> = {
  kernel_shape: 1,
  strides: 1,
  dilations: 1,
  pads: 0,
  output_padding: 0,
};

/** Runs a kernel for [N,C,H,W] on [N,C,L] as well, as [N,C,1,L]. */
export function orOneDimensional(kernel: Kernel): Kernel {
  return (context) => {
    const { shape } = input(context, 0);
    if (shape.length === 4) return kernel(context);
    if (shape.length !== 3) {
      return unsupported(context.node, `it has ${shape.length - 2} spatial axes, 1 and 2 are supported`);
    }
    const inputs = context.inputs.map((value) =>
      value?.shape.length === 3 ? reshaped(context, value.plain(), 1) : value,
    );
    const result = kernel({ ...context, node: { ...context.node, attributes: widened(context) }, inputs });
    const results = result instanceof Value ? [result] : result;
    const narrow = results.map((value) => {
      const [n, c, , length] = value.shape as [number, number, number, number];
      return plain(context, context.tf.reshape(value.plain(), [n, c, length]));
    });
    for (const value of results) value.dispose();
    inputs.forEach((value, i) => {
      if (value !== context.inputs[i]) value?.dispose();
    });
    return narrow;
  };
}

function reshaped(context: KernelContext, x: Tensor, height: number): Value {
  const [a, b, length] = x.shape as [number, number, number];
  return plain(context, context.tf.reshape(x, [a, b, height, length]));
}

function widened({ node }: KernelContext): Record<string, Attribute> {
  const lists = Object.entries(ADDED).flatMap(([name, value]): [string, Attribute][] => {
    const attribute = node.attributes[name];
    if (attribute?.type !== 'ints') return [];
    const half = attribute.value.length / 2;
    const wide =
      name === 'pads'
        ? [value, ...attribute.value.slice(0, half), value, ...attribute.value.slice(half)]
        : [value, ...attribute.value];
    return [[name, { type: 'ints', value: wide }]];
  });
  return { ...node.attributes, ...Object.fromEntries(lists) };
}
