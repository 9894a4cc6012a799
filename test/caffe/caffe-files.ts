import protobuf from 'protobufjs';

/** A layer as a test describes it: `params` is prototxt text, e.g. `convolution_param { num_output: 8 }`. */
export interface LayerSpec {
  readonly name: string;
  readonly type: string;
  readonly bottoms: readonly string[];
  readonly tops: readonly string[];
  readonly params?: string;
  readonly blobs?: readonly BlobSpec[];
}

export interface BlobSpec {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

export interface NetSpec {
  readonly name: string;
  /** [C, H, W] of the input `data`. */
  readonly input: readonly [number, number, number];
  readonly layers: readonly LayerSpec[];
}

/** `v2`: `layer`, BlobShape; `v1`: `layers` with enum types, four-dimensional blobs. */
export type Generation = 'v1' | 'v2';

const V1_TYPES: Readonly<Record<string, readonly [text: string, number: number]>> = {
  Convolution: ['CONVOLUTION', 4],
  InnerProduct: ['INNER_PRODUCT', 14],
  Pooling: ['POOLING', 17],
  ReLU: ['RELU', 18],
  LRN: ['LRN', 15],
  Dropout: ['DROPOUT', 6],
  Softmax: ['SOFTMAX', 20],
  Concat: ['CONCAT', 3],
  Eltwise: ['ELTWISE', 25],
};

/** Writes the prototxt of a net in either generation. */
export function prototxt({ name, input, layers }: NetSpec, generation: Generation): string {
  const quoted = (field: string, values: readonly string[]) =>
    values.map((value) => `  ${field}: "${value}"\n`).join('');
  const body = layers.map((layer) => {
    const type = generation === 'v1' ? V1_TYPES[layer.type]![0] : `"${layer.type}"`;
    const ends = quoted('bottom', layer.bottoms) + quoted('top', layer.tops);
    return `${generation === 'v1' ? 'layers' : 'layer'} {\n  name: "${layer.name}"\n  type: ${type}\n${ends}  ${layer.params ?? ''}\n}\n`;
  });
  const dims = [1, ...input];
  const head =
    generation === 'v1'
      ? `input: "data"\n${dims.map((dim) => `input_dim: ${dim}\n`).join('')}`
      : `layer { name: "data" type: "Input" top: "data" input_param { shape: { ${dims.map((dim) => `dim: ${dim}`).join(' ')} } } }\n`;
  return `name: "${name}"  # made by a test\n${head}${body.join('')}`;
}

const blobs = (id: number) => ({ rule: 'repeated', type: 'BlobProto', id });
const root = protobuf.Root.fromJSON({
  nested: {
    NetParameter: {
      fields: {
        name: { type: 'string', id: 1 },
        layers: { rule: 'repeated', type: 'V1LayerParameter', id: 2 },
        layer: { rule: 'repeated', type: 'LayerParameter', id: 100 },
      },
    },
    LayerParameter: {
      fields: { name: { type: 'string', id: 1 }, type: { type: 'string', id: 2 }, blobs: blobs(7) },
    },
    V1LayerParameter: {
      fields: { name: { type: 'string', id: 4 }, type: { type: 'int32', id: 5 }, blobs: blobs(6) },
    },
    BlobProto: {
      fields: {
        num: { type: 'int32', id: 1 },
        channels: { type: 'int32', id: 2 },
        height: { type: 'int32', id: 3 },
        width: { type: 'int32', id: 4 },
        data: { rule: 'repeated', type: 'float', id: 5, options: { packed: true } },
        shape: { type: 'BlobShape', id: 7 },
        doubleData: { rule: 'repeated', type: 'double', id: 8, options: { packed: true } },
      },
    },
    BlobShape: { fields: { dim: { rule: 'repeated', type: 'int64', id: 1, options: { packed: true } } } },
  },
});

/** Writes the .caffemodel that belongs to it. */
export function caffemodel({ name, layers }: NetSpec, generation: Generation): Buffer {
  const withBlobs = layers.map(({ name: layer, type, blobs: list = [] }) => ({
    name: layer,
    type: generation === 'v1' ? V1_TYPES[type]![1] : type,
    blobs: list.map(({ shape, values }) => {
      const [num, channels, height, width] = [1, 1, 1, 1, ...shape].slice(-4);
      const data = Array.from(values);
      return generation === 'v1' ? { num, channels, height, width, data } : { shape: { dim: shape }, data };
    }),
  }));
  return encodeNet(generation === 'v1' ? { name, layers: withBlobs } : { name, layer: withBlobs });
}

/** Encodes any NetParameter, for files that no Caffe would write. */
export function encodeNet(net: object): Buffer {
  const type = root.lookupType('NetParameter');
  return Buffer.from(type.encode(type.fromObject(net)).finish());
}

/**
 * Numbers in −scale…scale that look random and are the same in scripts/golden/caffe.py: from the name, without a
 * generator that two languages would have to share.
 */
export function fill(name: string, shape: readonly number[], scale: number): Float32Array {
  const seed = [...name].reduce((sum, char, at) => sum + char.charCodeAt(0) * (at + 1), 0);
  const count = shape.reduce((product, dim) => product * dim, 1);
  return Float32Array.from({ length: count }, (_, i) => {
    const mixed = (i * i * 31 + i * 7919 + seed * 613) % 2003;
    return (mixed / 1001 - 1) * scale;
  });
}
