import type { DraftAttribute, DraftTensor } from '../onnx/draft.js';
import { oneOf, type Pick } from './bytes.js';

const INTS = [
  0,
  1,
  2,
  3,
  4,
  5,
  7,
  8,
  -1,
  -2,
  -3,
  -8,
  100,
  255,
  65536,
  2 ** 31 - 1,
  -(2 ** 31),
  2 ** 32,
  2 ** 53,
  -(2 ** 53),
];
const FLOATS = [
  0,
  -0,
  1,
  -1,
  0.5,
  6,
  1e-45,
  3.4e38,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  Number.NaN,
];
const STRINGS = [
  '',
  'NOTSET',
  'SAME_UPPER',
  'SAME_LOWER',
  'VALID',
  'constant',
  'reflect',
  'edge',
  'wrap',
  'none',
  'tanh',
  '\u0000\n"`',
];
const NAMES =
  'pads strides kernel_shape dilations group auto_pad ceil_mode count_include_pad axis axes perm keepdims alpha beta transA transB epsilon size bias mode to value min max split shape start end storage_order training_mode num_outputs noop_with_empty_axes __proto__'.split(
    ' ',
  );
/** Bytes of an element, by its type code. */
const WIDTHS: Readonly<Record<number, number>> = {
  1: 4,
  2: 1,
  3: 1,
  4: 2,
  5: 2,
  6: 4,
  7: 8,
  9: 1,
  10: 2,
  11: 8,
  12: 4,
  13: 8,
  16: 2,
};

const small = (pick: Pick) => (pick(3) === 0 ? oneOf(pick, INTS) : pick(6) - 1);

export function editedInts(values: readonly number[], pick: Pick): number[] {
  const result = [...values];
  const at = pick(result.length + 1);
  const kind = pick(5);
  if (kind === 0) result.splice(at, pick(2), small(pick));
  else if (kind === 1) result.splice(at, 1 + pick(2));
  else if (at < result.length) result[at] = small(pick);
  else result.push(small(pick));
  return result;
}

export function someAttribute(pick: Pick): DraftAttribute {
  const name = oneOf(pick, NAMES);
  const s = () => Buffer.from(oneOf(pick, STRINGS));
  switch (pick(6)) {
    case 0:
      return { name, type: 1, f: oneOf(pick, FLOATS) };
    case 1:
      return { name, type: 2, i: small(pick) };
    case 2:
      return { name, type: 3, s: s() };
    case 3:
      return {
        name,
        type: 4,
        t: { dims: [1], dataType: oneOf(pick, [1, 7]), rawData: Buffer.alloc(8, pick(3)) },
      };
    case 4:
      return { name, type: pick(20) };
    default:
      return { name, type: 7, ints: Array.from({ length: pick(5) }, () => small(pick)) };
  }
}

export function editAttribute(attribute: DraftAttribute, pick: Pick): void {
  const kind = pick(8);
  if (kind === 0) attribute.name = oneOf(pick, NAMES);
  else if (kind === 1) attribute.type = pick(15);
  else if (attribute.t !== undefined) editTensor(attribute.t, pick);
  else if (attribute.ints !== undefined) attribute.ints = editedInts(attribute.ints, pick);
  else if (attribute.f !== undefined) attribute.f = oneOf(pick, FLOATS);
  else if (attribute.s !== undefined) attribute.s = Buffer.from(oneOf(pick, STRINGS));
  else attribute.i = small(pick);
}

/** Another shape, type or value; half of the time with as many bytes as they then need. */
export function editTensor(tensor: DraftTensor, pick: Pick): void {
  const bytes = Buffer.from(tensor.rawData ?? Buffer.alloc(0));
  const width = WIDTHS[tensor.dataType ?? 1] ?? 4;
  switch (pick(6)) {
    case 0:
    case 1:
      tensor.dims = editedInts(tensor.dims ?? [], pick);
      break;
    case 2:
      tensor.dataType = oneOf(pick, [1, 2, 3, 6, 7, 8, 9, 10, 11, 13, 16, 14, 99]);
      break;
    case 3:
      tensor.dataLocation = 1;
      tensor.externalData = [{ key: 'location', value: oneOf(pick, ['', 'x.bin', '..', '/dev/zero', '.']) }];
      return;
    default:
      for (let at = pick(4) * width; at + width <= bytes.length; at += (1 + pick(40)) * width) {
        if (tensor.dataType === 7) bytes.writeBigInt64LE(BigInt(small(pick)), at);
        else if (tensor.dataType === 1) bytes.writeFloatLE(oneOf(pick, FLOATS), at);
        else bytes[at] = pick(256);
      }
  }
  tensor.rawData = bytes;
  if (pick(2) === 0) fillUp(tensor, bytes);
}

function fillUp(tensor: DraftTensor, bytes: Buffer): void {
  const needed = (WIDTHS[tensor.dataType ?? 1] ?? 4) * (tensor.dims ?? []).reduce((a, b) => a * b, 1);
  if (!(needed >= 0 && needed < 1 << 16)) return;
  const filled = Buffer.alloc(needed);
  for (let at = 0; at < needed && bytes.length > 0; at += bytes.length) bytes.copy(filled, at);
  tensor.rawData = filled;
}

export { INTS, small };
