/*
 * Writes a network node by node, as its paper gives it, with weights from a seed: speed and memory depend on the
 * shapes alone, and nothing has to be downloaded.
 */

const ints = (...value) => ({ type: 'ints', value });
const int = (value) => ({ type: 'int', value });
const float = (value) => ({ type: 'float', value });

/** Float32 numbers, uniform in ±bound, the same on every machine (xorshift32). */
export function seededWeights(count, bound, seed) {
  const data = new Float32Array(count);
  let state = seed | 0 || 1;
  for (let i = 0; i < count; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    data[i] = (bound * state) / 2 ** 31;
  }
  return data;
}

export class NetBuilder {
  #nodes = [];
  #constants = new Map();
  #channels = new Map();
  #size;

  constructor(name, size) {
    this.name = name;
    this.#size = size;
    this.#channels.set('data', 3);
  }

  #add(op, inputs, attributes = {}) {
    const name = `${op.toLowerCase()}${this.#nodes.length}`;
    this.#nodes.push({ op, domain: '', name, inputs, outputs: [name], attributes });
    this.#channels.set(name, this.#channels.get(inputs[0]));
    return name;
  }

  #weight(shape, gain) {
    const name = `w${this.#constants.size}`;
    const fanIn = shape.slice(1).reduce((product, dim) => product * dim, 1);
    const count = shape[0] * fanIn;
    // He's bound keeps the activations' size from layer to layer: none dies, none overflows.
    const data = seededWeights(count, gain * Math.sqrt(6 / fanIn), this.#constants.size + 1);
    this.#constants.set(name, { dtype: 'float32', shape, data });
    return name;
  }

  #bias(count) {
    const name = `b${this.#constants.size}`;
    this.#constants.set(name, { dtype: 'float32', shape: [count], data: new Float32Array(count).fill(0.01) });
    return name;
  }

  conv(x, channels, kernel, { stride = 1, pad = 0, group = 1, gain = 1 } = {}) {
    const weight = this.#weight([channels, this.#channels.get(x) / group, kernel, kernel], gain);
    const made = this.#add('Conv', [x, weight, this.#bias(channels)], {
      kernel_shape: ints(kernel, kernel),
      strides: ints(stride, stride),
      pads: ints(pad, pad, pad, pad),
      group: int(group),
    });
    this.#channels.set(made, channels);
    return made;
  }

  relu(x) {
    return this.#add('Relu', [x]);
  }

  relu6(x) {
    for (const [name, value] of [
      ['zero', 0],
      ['six', 6],
    ]) {
      this.#constants.set(name, { dtype: 'float32', shape: [], data: Float32Array.of(value) });
    }
    return this.#add('Clip', [x, 'zero', 'six']);
  }

  convRelu(x, channels, kernel, options) {
    return this.relu(this.conv(x, channels, kernel, options));
  }

  maxPool(x, kernel, stride, { pad = 0, ceil = 0 } = {}) {
    return this.#add('MaxPool', [x], {
      kernel_shape: ints(kernel, kernel),
      strides: ints(stride, stride),
      pads: ints(pad, pad, pad, pad),
      ceil_mode: int(ceil),
    });
  }

  /** Caffe's: five channels, α = 1e-4, β = 3/4. */
  lrn(x) {
    return this.#add('LRN', [x], { size: int(5), alpha: float(1e-4), beta: float(0.75), bias: float(1) });
  }

  add(a, b) {
    return this.#add('Add', [a, b]);
  }

  concat(parts) {
    const made = this.#add('Concat', parts, { axis: int(1) });
    this.#channels.set(
      made,
      parts.reduce((sum, part) => sum + this.#channels.get(part), 0),
    );
    return made;
  }

  globalAverage(x) {
    return this.#add('GlobalAveragePool', [x]);
  }

  flatten(x) {
    return this.#add('Flatten', [x]);
  }

  /** @param inputs length of x: the builder does not follow spatial sizes */
  linear(x, inputs, outputs, gain = 1) {
    return this.#add('Gemm', [x, this.#weight([outputs, inputs], gain), this.#bias(outputs)], {
      transB: int(1),
    });
  }

  /** The graph, with `x` as its scores. */
  graph(x) {
    return {
      name: this.name,
      opset: 13,
      inputs: [{ name: 'data', dtype: 'float32', shape: ['N', 3, this.#size, this.#size] }],
      outputs: [{ name: x, dtype: 'float32', shape: ['N', 1000] }],
      nodes: this.#nodes,
      constants: this.#constants,
    };
  }
}
