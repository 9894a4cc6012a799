import { int64 } from '../constants.js';
import { sameShape } from '../shapes.js';
import { chain, ints, type Lower } from './lowering.js';

/** The largest value over all positions is a max pool with one window. */
export const globalMaxPool: Lower = (context) => {
  const { node, type, constant } = context;
  const from = type(node.inputs[0]!);
  const [channels, ...spatial] = from.dims as [number, ...number[]];
  const pooled = { ...from, dims: [channels, ...spatial.map(() => 1)] };
  const to = type(node.outputs[0]!).dims;
  const attributes = {
    kernel_shape: ints(spatial),
    strides: ints(spatial.map(() => 1)),
    dilations: ints(spatial.map(() => 1)),
    pads: ints([...spatial, ...spatial].map(() => 0)),
  };
  const { step, last } = chain(context);
  if (sameShape(to, pooled.dims)) return last('MaxPool', [node.inputs[0]!], attributes);
  const max = step('MaxPool', [node.inputs[0]!], pooled, attributes);
  last('Reshape', [max, constant('shape', int64([-1, ...to]))]);
};
