import { type FileHandle, readdir } from 'node:fs/promises';
import { codeOf, ModelError, messageOf } from '../base/errors.js';
import { openRegularFile } from '../base/read-file.js';
import { externalPath, findExternal, sizeOfFile } from './external-data.js';
import { foreignFormat, HEAD, TAIL } from './foreign-format.js';
import { folderFormat, formatByName } from './formats.js';
import type { Attribute, Constant, Graph, Node } from './graph.js';
import { holdsNaN } from './nan.js';
import {
  ATTRIBUTE_TYPES,
  type AttributeProto,
  decodeModel,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  type TensorProto,
} from './schema.js';
import { readSkeleton } from './skeleton.js';
import { sortNodes } from './sort.js';
import { LARGE, type Stretch } from './stored.js';
import { type FindExternal, readTensor, TensorFault } from './tensor.js';
import { inputOf, valueInfoOf } from './value-info.js';

/** Opset versions of the default domain that are understood. */
const OPSETS = { min: 7, max: 21 } as const;

const UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder; name the ONNX file in it',
  ENXIO: 'it is no regular file; name an ONNX file',
  // The format itself ends there: protobuf's limit.
  ERR_FS_FILE_TOO_LARGE: 'no ONNX file is larger than 2 GiB; export the model with external data',
};

/** How a model is read that does not lie whole in a buffer. */
export interface ReadOptions {
  /** Where raw bytes lie that the buffer does not hold, by the number of their initializer. */
  readonly stretches?: ReadonlyMap<number, Stretch>;
  /** Bytes of the whole file, for messages. */
  readonly size?: number;
  /** Finds tensors outside of the file; beside it when absent. */
  readonly external?: FindExternal;
  /** The weights were looked through before: they hold no NaN. */
  readonly checked?: boolean;
  /** Whether the types of values in between are kept: those that a model brings may be wrong, our own help an engine. */
  readonly values?: boolean;
}

/**
 * Reads an ONNX file: initializers raw, typed or external. Large ones stay in the file and are read when asked for.
 * @throws ModelError when the file is missing, cut, not ONNX, of an opset outside 7–21, or inconsistent
 */
export async function readModel(path: string): Promise<Graph> {
  const { buffer, ...options } = await modelBytes(path);
  return parseModel(buffer, path, options);
}

/** The files of a model: its own, then those of its external data. @throws ModelError */
export async function modelFiles(path: string): Promise<readonly string[]> {
  const { buffer, size } = await modelBytes(path);
  const { graph = {} } = decoded(buffer, path, size ?? buffer.length);
  const attributes = (graph.node ?? []).flatMap((node) => (node.attribute ?? []).map(({ t }) => t ?? {}));
  const outside = [...(graph.initializer ?? []), ...attributes].filter(
    ({ dataLocation }) => dataLocation === 1,
  );
  const placed = (tensor: TensorProto) => {
    try {
      const file = externalPath(path, tensor);
      // The caller reads the files whole.
      sizeOfFile(file);
      return file;
    } catch (error) {
      throw faultOf(tensor, error);
    }
  };
  return [path, ...new Set(naming(path, () => outside.map(placed)))];
}

async function modelBytes(path: string): Promise<{ readonly buffer: Buffer } & ReadOptions> {
  const use = async (file: FileHandle, size: number) => {
    const other = foreignFormat(path, ...(await endsOf(file, size)), size, true);
    if (other !== undefined) throw new ModelError(`${path}: ${other}`);
    const skeleton = size >= LARGE && size < 2 ** 31 ? readSkeleton(path) : undefined;
    if (skeleton !== undefined) return { buffer: skeleton.bytes, stretches: skeleton.stretches, size };
    return { buffer: await file.readFile() };
  };
  return openRegularFile(path, use, async (error) => {
    const code = codeOf(error) ?? '';
    const format = code === 'EISDIR' ? folderFormat(path, await readdir(path).catch(() => [])) : undefined;
    const reason = format ?? UNREADABLE[code] ?? messageOf(error);
    return new ModelError(`${path}: cannot read the model: ${reason}`);
  });
}

/** The first and the last bytes of a file: enough to see what it is. */
async function endsOf(file: FileHandle, size: number): Promise<readonly [Buffer, Buffer]> {
  const part = async (at: number, length: number) => {
    const buffer = Buffer.alloc(length);
    const { bytesRead } = await file.read(buffer, 0, length, at);
    return buffer.subarray(0, bytesRead);
  };
  const tail = Math.min(size, TAIL);
  return [await part(0, Math.min(size, HEAD)), await part(size - tail, tail)];
}

/**
 * Reads an ONNX model from memory.
 * @param path names the model in messages, and finds its external data
 * @throws ModelError
 */
export function parseModel(buffer: Buffer, path: string, options: ReadOptions = {}): Graph {
  const { size = buffer.length, external = (proto, needed) => findExternal(path, proto, needed) } = options;
  const model = decoded(buffer, path, size);
  if (model.graph === undefined || (model.graph.node ?? []).length === 0) {
    const other = otherFormat(buffer, path, size);
    throw new ModelError(`${path}: ${other ?? `not an ONNX model: it holds no graph (${size} bytes)`}`);
  }
  const { graph } = model;
  const opset = opsetOf(model, path);
  return naming(path, () => graphOf(graph, opset, { ...options, external }));
}

function decoded(buffer: Buffer, path: string, size: number): ModelProto {
  try {
    return decodeModel(buffer);
  } catch {
    throw new ModelError(`${path}: ${otherFormat(buffer, path, size) ?? notAModel(buffer, size)}`);
  }
}

/** What a file that holds no model is instead. */
function otherFormat(buffer: Buffer, path: string, size: number): string | undefined {
  const ends = [buffer.subarray(0, HEAD), buffer.subarray(-TAIL)] as const;
  return foreignFormat(path, ...ends, size, false) ?? formatByName(path);
}

function naming<T>(path: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof ModelError || error instanceof TensorFault) {
      throw new ModelError(`${path}: ${error.message}`);
    }
    throw error;
  }
}

function notAModel(buffer: Buffer, size: number): string {
  if (buffer.subarray(0, 40).toString('latin1').startsWith('version https://git-lfs')) {
    return 'only the Git LFS pointer to a model, not the model: fetch it with `git lfs pull`';
  }
  return `not an ONNX model, or cut short (${size} bytes): fetch it again`;
}

function opsetOf(model: ModelProto, path: string): number {
  const entry = (model.opsetImport ?? []).find(({ domain }) => (domain ?? '') === '' || domain === 'ai.onnx');
  const version = entry?.version ?? 0;
  if (version < OPSETS.min || version > OPSETS.max) {
    throw new ModelError(
      `${path}: opset ${version} is not supported: export the model with opset ${OPSETS.min} to ${OPSETS.max}`,
    );
  }
  return version;
}

type ParseOptions = ReadOptions & Required<Pick<ReadOptions, 'external'>>;

function graphOf(proto: GraphProto, opset: number, options: ParseOptions): Graph {
  if ((proto.sparseInitializer ?? []).length > 0) {
    throw new ModelError('sparse initializers are not supported: export the model with dense weights');
  }
  const constants = new Map<string, Constant>();
  for (const [number, tensor] of (proto.initializer ?? []).entries()) {
    const name = tensor.name ?? '';
    if (constants.has(name)) throw new ModelError(`two initializers are named \`${name}\`: export it again`);
    constants.set(name, constantOf(tensor, options, options.stretches?.get(number)));
  }
  const nodes = (proto.node ?? []).map((node) => nodeOf(node, options));
  // Before IR version 4 every initializer was listed among the inputs too.
  const inputs = (proto.input ?? []).filter(({ name }) => !constants.has(name ?? '')).map(inputOf);
  const outputs = (proto.output ?? []).map(valueInfoOf);
  const known = [...constants.keys(), ...inputs.map(({ name }) => name)];
  return {
    name: proto.name ?? '',
    opset,
    inputs,
    outputs,
    nodes: sortNodes(nodes, known, outputs),
    constants,
    ...(options.values ? { values: (proto.valueInfo ?? []).map(valueInfoOf) } : {}),
  };
}

function constantOf(tensor: TensorProto, { external, checked }: ParseOptions, stretch?: Stretch): Constant {
  try {
    const constant = readTensor(tensor, external, stretch);
    // Everything computed from it would be NaN, or hide it: a rectifier may turn NaN into 0.
    if (!checked && holdsNaN(constant))
      throw new TensorFault('holds NaN: the training diverged, or the file is damaged');
    return constant;
  } catch (error) {
    throw faultOf(tensor, error);
  }
}

function faultOf({ name = '' }: TensorProto, error: unknown): unknown {
  return error instanceof TensorFault ? new ModelError(`tensor \`${name}\` ${error.message}`) : error;
}

function nodeOf(proto: NodeProto, options: ParseOptions): Node {
  const attributes = new Map<string, Attribute>();
  for (const attribute of proto.attribute ?? []) {
    const name = attribute.name ?? '';
    if (attributes.has(name)) {
      throw new ModelError(`${proto.opType ?? ''} \`${proto.name ?? ''}\` has two attributes \`${name}\``);
    }
    attributes.set(name, attributeOf(attribute, options));
  }
  const domain = proto.domain === 'ai.onnx' ? '' : (proto.domain ?? '');
  return {
    op: proto.opType ?? '',
    domain,
    name: proto.name ?? '',
    inputs: proto.input ?? [],
    outputs: proto.output ?? [],
    attributes: Object.fromEntries(attributes),
  };
}

function attributeOf(proto: AttributeProto, options: ParseOptions): Attribute {
  const text = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('utf8');
  switch (proto.type) {
    case ATTRIBUTE_TYPES.float:
      return { type: 'float', value: proto.f ?? 0 };
    case ATTRIBUTE_TYPES.int:
      return { type: 'int', value: proto.i ?? 0 };
    case ATTRIBUTE_TYPES.string:
      return { type: 'string', value: text(proto.s) };
    case ATTRIBUTE_TYPES.tensor:
      return { type: 'tensor', value: constantOf(proto.t ?? {}, options) };
    case ATTRIBUTE_TYPES.floats:
      return { type: 'floats', value: proto.floats ?? [] };
    case ATTRIBUTE_TYPES.ints:
      return { type: 'ints', value: proto.ints ?? [] };
    case ATTRIBUTE_TYPES.strings:
      return { type: 'strings', value: (proto.strings ?? []).map(text) };
    default:
      return { type: 'unsupported', value: `attribute type ${proto.type ?? 0}` };
  }
}
