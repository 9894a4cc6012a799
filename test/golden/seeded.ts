import { decodeModel, encodeModel, type TensorProto } from '../../src/onnx/schema.js';

function mix(seed: number): number {
  let h = seed >>> 0;
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

function fnv1a(text: string): number {
  let h = 0x811c9dc5;
  for (const byte of Buffer.from(text, 'utf8')) h = Math.imul(h ^ byte, 0x01000193);
  return h >>> 0;
}

/** The same float32 numbers as scripts/golden/seeded.py makes. */
export function seededValues(name: string, count: number, low: number, high: number): Float32Array {
  const seed = fnv1a(name);
  const values = new Float32Array(count);
  const range = high - low;
  for (let i = 0; i < count; i++) {
    values[i] = low + range * (mix((Math.imul(i, 0x9e3779b1) + seed) | 0) / 2 ** 32);
  }
  return values;
}

function filled(tensor: TensorProto): TensorProto {
  const entries = new Map((tensor.externalData ?? []).map(({ key, value }) => [key, value]));
  if (entries.get('location') !== 'seeded') return tensor;
  const count = (tensor.dims ?? []).reduce((product, dim) => product * dim, 1);
  const { externalData: _recipe, ...rest } = tensor;
  const data = seededValues(
    tensor.name ?? '',
    count,
    Number(entries.get('low')),
    Number(entries.get('high')),
  );
  return { ...rest, dataLocation: 0, rawData: new Uint8Array(data.buffer as ArrayBuffer) };
}

/** An ONNX file whose weights are a recipe (scripts/golden/seeded.py) → the same model with its weights. */
export function fillSeeded(stripped: Buffer): Buffer {
  const model = decodeModel(stripped);
  const graph = { ...model.graph, initializer: (model.graph?.initializer ?? []).map(filled) };
  return Buffer.from(encodeModel({ ...model, graph }));
}
