import protobuf from 'protobufjs';
import { ModelError } from '../base/errors.js';
import { sizeOf } from '../onnx/graph.js';

/**
 * The part of Caffe's schema (caffe.proto) that carries weights, in its three generations: `layer`, the older
 * `layers` (V1), and V1 layers that wrap the oldest form. How layers are set up is read from the prototxt alone, as
 * Caffe does. Field 5, packed floats, is declared as bytes: the same on the wire, and VGG-16's 138 million weights
 * stay a view of the file instead of becoming as many numbers.
 */
const SCHEMA = {
  nested: {
    NetParameter: {
      fields: {
        layers: { rule: 'repeated', type: 'V1LayerParameter', id: 2 },
        layer: { rule: 'repeated', type: 'LayerParameter', id: 100 },
      },
    },
    LayerParameter: {
      fields: { name: { type: 'string', id: 1 }, blobs: { rule: 'repeated', type: 'BlobProto', id: 7 } },
    },
    V1LayerParameter: {
      fields: {
        layer: { type: 'V0LayerParameter', id: 1 },
        name: { type: 'string', id: 4 },
        blobs: { rule: 'repeated', type: 'BlobProto', id: 6 },
      },
    },
    V0LayerParameter: {
      fields: { name: { type: 'string', id: 1 }, blobs: { rule: 'repeated', type: 'BlobProto', id: 50 } },
    },
    BlobProto: {
      fields: {
        num: { type: 'int32', id: 1 },
        channels: { type: 'int32', id: 2 },
        height: { type: 'int32', id: 3 },
        width: { type: 'int32', id: 4 },
        data: { rule: 'repeated', type: 'bytes', id: 5 },
        shape: { type: 'BlobShape', id: 7 },
        doubleData: { rule: 'repeated', type: 'double', id: 8 },
      },
    },
    BlobShape: { fields: { dim: { rule: 'repeated', type: 'int64', id: 1 } } },
  },
} as const;

interface BlobProto {
  readonly num?: number;
  readonly channels?: number;
  readonly height?: number;
  readonly width?: number;
  readonly data?: readonly Uint8Array[];
  readonly shape?: { readonly dim?: readonly number[] };
  readonly doubleData?: readonly number[];
}

interface LayerProto {
  readonly name?: string;
  readonly blobs?: readonly BlobProto[];
  readonly layer?: Pick<LayerProto, 'name' | 'blobs'>;
}

interface NetProto {
  readonly layers?: readonly LayerProto[];
  readonly layer?: readonly LayerProto[];
}

const netType = protobuf.Root.fromJSON(SCHEMA).lookupType('NetParameter');

/** A trained tensor: little-endian float32 bytes, a view of the file, and the shape that the file gives it. */
export interface Blob {
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** Trained weights by the name of their layer, in the order in which the layer keeps them. */
export type Weights = ReadonlyMap<string, readonly Blob[]>;

/**
 * Reads a .caffemodel file from memory.
 * @param file names it in messages
 * @throws ModelError when it is cut, of another format, or contradicts itself
 */
export function readWeights(buffer: Buffer, file: string): Weights {
  let net: NetProto;
  try {
    net = netType.toObject(netType.decode(buffer), { longs: Number }) as NetProto;
  } catch {
    throw new ModelError(`${file}: not a Caffe model, or cut short (${buffer.length} bytes): fetch it again`);
  }
  const weights = new Map<string, Blob[]>();
  for (const layer of [...(net.layers ?? []), ...(net.layer ?? [])]) {
    const name = layer.name ?? layer.layer?.name ?? '';
    const blobs = layer.blobs ?? layer.layer?.blobs ?? [];
    if (blobs.length > 0)
      weights.set(
        name,
        blobs.map((blob, at) => blobOf(blob, `${file}: layer \`${name}\`, blob ${at}`)),
      );
  }
  if (weights.size === 0) {
    throw new ModelError(`${file}: holds no weights (${buffer.length} bytes): is it a .caffemodel file?`);
  }
  return weights;
}

function blobOf(blob: BlobProto, where: string): Blob {
  const shape = blob.shape?.dim ?? [blob.num, blob.channels, blob.height, blob.width].map((dim) => dim ?? 0);
  const chunks = blob.data ?? [];
  const bytes =
    chunks.length === 0
      ? Buffer.from(Float32Array.from(blob.doubleData ?? []).buffer)
      : chunks.length === 1
        ? chunks[0]!
        : Buffer.concat(chunks);
  const fits =
    shape.every((dim) => Number.isSafeInteger(dim) && dim >= 0) && bytes.byteLength === 4 * sizeOf(shape);
  if (!fits) {
    throw new ModelError(
      `${where} holds ${bytes.byteLength / 4} values, its shape is [${shape.join(',')}]: fetch it again`,
    );
  }
  return { shape, bytes };
}
