import { type Constant, type ConstantData, DTYPES, type DType, sizeOf } from './graph.js';
import type { TensorProto } from './schema.js';
import { LARGE, readStretch, StoredConstant, type Stretch } from './stored.js';

type ArrayType =
  | Float32ArrayConstructor
  | Float64ArrayConstructor
  | Int32ArrayConstructor
  | BigInt64ArrayConstructor
  | Uint8ArrayConstructor
  | Int8ArrayConstructor
  | Uint16ArrayConstructor
  | Int16ArrayConstructor
  | Uint32ArrayConstructor
  | BigUint64ArrayConstructor;

const ARRAYS: Partial<Record<DType, ArrayType>> = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  int8: Int8Array,
  bool: Uint8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
};

const NAMES = new Map(Object.entries(DTYPES).map(([name, code]) => [code as number, name as DType]));

/** Name of an ONNX element type code, undefined for those that no classifier uses. */
export function dtypeOf(code: number): DType | undefined {
  return NAMES.get(code);
}

/** Bytes that one element takes, undefined for strings. */
function elementBytes(dtype: DType): number | undefined {
  return ARRAYS[dtype]?.BYTES_PER_ELEMENT;
}

/**
 * A constant over raw little-endian bytes. The typed view is made when it is asked for. Most weights pass from file
 * to engine as they are, and a copy for alignment (protobuf aligns nothing) would double VGG-16's 553 MB.
 */
class RawConstant implements Constant {
  constructor(
    readonly dtype: DType,
    readonly shape: readonly number[],
    readonly bytes: Uint8Array,
  ) {}

  get data(): ConstantData {
    return typedView(this.dtype, this.bytes);
  }
}

/** The bytes as the dtype's own kind of array, copied only where they are not aligned to it. */
function typedView(dtype: DType, bytes: Uint8Array): ConstantData {
  const ArrayClass = ARRAYS[dtype] ?? Uint8Array;
  // Not bytes.slice(): on a Buffer that is another view of the same memory.
  const aligned = bytes.byteOffset % ArrayClass.BYTES_PER_ELEMENT === 0 ? bytes : new Uint8Array(bytes);
  return new ArrayClass(
    aligned.buffer as ArrayBuffer,
    aligned.byteOffset,
    aligned.byteLength / ArrayClass.BYTES_PER_ELEMENT,
  );
}

/** A constant whose bytes stay where they are; the caller has checked that they are as many as the shape needs. */
export function storedConstant(dtype: DType, shape: readonly number[], stretch: Stretch): StoredConstant {
  return new StoredConstant(dtype, shape, stretch, (bytes) => typedView(dtype, bytes));
}

/** Little-endian bytes of a constant, without a copy; read from its file where they lie in one. */
export function bytesOf(constant: Constant): Uint8Array {
  if (constant instanceof RawConstant) return constant.bytes;
  if (constant instanceof StoredConstant) return constant.bytes();
  const { data } = constant;
  return new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
}

/** Why a tensor cannot be read, in words that follow "tensor `name` …". */
export class TensorFault extends Error {}

/** Finds the `needed` bytes of a tensor stored outside of the model file. @throws TensorFault */
export type FindExternal = (proto: TensorProto, needed: number) => Stretch;

/**
 * Reads a TensorProto in any of its storages: raw bytes, typed fields, external file; large ones are left in their file.
 * @param inFile where the raw bytes lie that were left in the model's file
 * @throws TensorFault
 */
export function readTensor(proto: TensorProto, external: FindExternal, inFile?: Stretch): Constant {
  const dtype = dtypeOf(proto.dataType ?? 0);
  const width = dtype === undefined ? undefined : elementBytes(dtype);
  if (dtype === undefined || width === undefined) {
    throw new TensorFault(`has element type ${dtype ?? proto.dataType ?? 0}, which is not supported`);
  }
  const shape = (proto.dims ?? []).map(Number);
  if (shape.some((dim) => !Number.isSafeInteger(dim) || dim < 0)) {
    throw new TensorFault(`has an impossible shape [${shape.join(',')}]`);
  }
  const count = sizeOf(shape);
  const stretch = proto.dataLocation === 1 ? external(proto, count * width) : inFile;
  const bytes = stretch === undefined ? proto.rawData?.byteLength : stretch.length;
  if (bytes !== undefined) {
    if (bytes !== count * width) {
      throw new TensorFault(`holds ${bytes} bytes, its shape [${shape.join(',')}] needs ${count * width}`);
    }
    if (stretch === undefined) return new RawConstant(dtype, shape, proto.rawData as Uint8Array);
    if (stretch.length >= LARGE) return storedConstant(dtype, shape, stretch);
    return new RawConstant(dtype, shape, readStretch(stretch));
  }
  return { dtype, shape, data: typedData(proto, dtype, count) };
}

function typedData(proto: TensorProto, dtype: DType, count: number): ConstantData {
  const values =
    dtype === 'float32'
      ? proto.floatData
      : dtype === 'float64'
        ? proto.doubleData
        : dtype === 'int64'
          ? proto.int64Data
          : dtype === 'uint64' || dtype === 'uint32'
            ? proto.uint64Data
            : proto.int32Data;
  const length = values?.length ?? 0;
  if (length !== count) throw new TensorFault(`holds ${length} values, its shape needs ${count}`);
  return arrayOf(dtype, values ?? []);
}

/** A typed array of the dtype's own kind holding these numbers. */
export function arrayOf(dtype: DType, values: ArrayLike<number>): ConstantData {
  if (dtype === 'int64') return BigInt64Array.from(Array.from(values), toBigInt);
  if (dtype === 'uint64') return BigUint64Array.from(Array.from(values), toBigInt);
  const ArrayClass = ARRAYS[dtype] as Float32ArrayConstructor | undefined;
  if (ArrayClass === undefined) throw new TensorFault(`has element type ${dtype}, which is not supported`);
  return ArrayClass.from(values);
}

// Numbers beyond 2^63 come from "slice to the end" markers that a double cannot hold exactly.
function toBigInt(value: number): bigint {
  if (value >= 2 ** 63) return 2n ** 63n - 1n;
  return BigInt(Math.trunc(value));
}
