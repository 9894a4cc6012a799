import { intOf, intsOf, stringOf } from '../../../src/onnx/graph.js';
import { type Operators, required } from '../operator.js';
import { at, atOrZero, flatIndex, forEachIndex, generate, isInside, tensor } from '../tensor.js';
import { outputSizes, tapPosition, windowOf } from '../window.js';

export const convolution: Operators = {
  /** y[n,m,o] = b[m] + Σ_{c,k} x[n, first channel of m's group + c, o·stride + k·dilation − pad] w[m,c,k]. */
  Conv: (node, inputs) => {
    const x = required(node, inputs, 0);
    const w = required(node, inputs, 1);
    const bias = inputs[2];
    const window = windowOf(node, w.shape.slice(2), x.shape.slice(2));
    const groups = intOf(node, 'group', 1);
    const [outChannels, groupChannels] = [w.shape[0]!, w.shape[1]!];
    if (groupChannels * groups !== x.shape[1]) throw new Error(`Conv ${node.name}: channels do not match`);
    const shape = [x.shape[0]!, outChannels, ...outputSizes(node, window, x.shape.slice(2))];
    return [
      generate(shape, ([n, m, ...out]) => {
        const group = Math.floor(m! / (outChannels / groups));
        let sum = bias ? bias.data[m!]! : 0;
        forEachIndex([groupChannels, ...window.kernel], ([c, ...tap]) => {
          const position = tapPosition(window, out, tap);
          sum += atOrZero(x, [n!, group * groupChannels + c!, ...position]) * at(w, [m!, c!, ...tap]);
        });
        return sum;
      }),
    ];
  },

  /** Conv's transpose: every input element adds its multiple of the kernel to the output. */
  ConvTranspose: (node, inputs) => {
    const x = required(node, inputs, 0);
    const w = required(node, inputs, 1);
    const bias = inputs[2];
    if (!['NOTSET', 'VALID'].includes(stringOf(node, 'auto_pad', 'NOTSET')) || intsOf(node, 'output_shape')) {
      throw new Error('ConvTranspose: only explicit pads');
    }
    const spatial = x.shape.slice(2);
    const window = windowOf(node, w.shape.slice(2), spatial);
    const extra = intsOf(node, 'output_padding') ?? spatial.map(() => 0);
    const groups = intOf(node, 'group', 1);
    const groupOut = w.shape[1]!;
    const groupIn = x.shape[1]! / groups;
    const sizes = spatial.map((size, i) => {
      const extent = (window.kernel[i]! - 1) * window.dilations[i]! + 1;
      return window.strides[i]! * (size - 1) + extra[i]! + extent - window.padsBegin[i]! - window.padsEnd[i]!;
    });
    const shape = [x.shape[0]!, groupOut * groups, ...sizes];
    const y = Float64Array.from(generate(shape, ([, m]) => (bias ? bias.data[m!]! : 0)).data);
    forEachIndex(x.shape, ([n, c, ...position]) => {
      const value = at(x, [n!, c!, ...position]);
      const group = Math.floor(c! / groupIn);
      forEachIndex([groupOut, ...window.kernel], ([m, ...tap]) => {
        const target = [n!, group * groupOut + m!, ...tapPosition(window, position, tap)];
        if (isInside(shape, target)) y[flatIndex(shape, target)]! += value * at(w, [c!, m!, ...tap]);
      });
    });
    return [tensor(shape, y)];
  },
};
