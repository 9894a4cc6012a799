import { readFile } from 'node:fs/promises';
import { ModelError, messageOf } from '../errors.js';
import type { Attribute, Constant, Graph, Node } from '../graph/graph.js';
import { sortNodes } from '../graph/sort.js';
import { readExternal } from './external-data.js';
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
import { type ReadExternal, readTensor, TensorFault } from './tensor.js';
import { inputOf, valueInfoOf } from './value-info.js';

/** Opset versions of the default domain that are understood. */
export const OPSETS = { min: 7, max: 21 } as const;

const UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder; name the ONNX file in it',
  // The format itself ends there: protobuf's limit.
  ERR_FS_FILE_TOO_LARGE: 'no ONNX file is larger than 2 GiB; export the model with external data',
};

/**
 * Reads an ONNX file: initializers raw, typed or external.
 * @throws ModelError when the file is missing, cut, not ONNX, of an opset outside 7–21, or inconsistent
 */
export async function readModel(path: string): Promise<Graph> {
  let buffer: Buffer;
  try {
    buffer = await readFile(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    throw new ModelError(`${path}: cannot read the model: ${UNREADABLE[code] ?? messageOf(error)}`);
  }
  return parseModel(buffer, path);
}

/**
 * Reads an ONNX model from memory.
 * @param path names the model in messages, and finds its external data
 * @throws ModelError
 */
export function parseModel(buffer: Buffer, path: string): Graph {
  let model: ModelProto;
  try {
    model = decodeModel(buffer);
  } catch {
    throw new ModelError(`${path}: ${notAModel(buffer)}`);
  }
  if (model.graph === undefined || (model.graph.node ?? []).length === 0) {
    throw new ModelError(`${path}: not an ONNX model: it holds no graph (${buffer.length} bytes)`);
  }
  const opset = opsetOf(model, path);
  const external: ReadExternal = (proto, needed) => readExternal(path, proto, needed);
  try {
    return graphOf(model.graph, opset, external);
  } catch (error) {
    if (error instanceof ModelError) throw new ModelError(`${path}: ${error.message}`);
    throw error;
  }
}

function notAModel(buffer: Buffer): string {
  if (buffer.subarray(0, 40).toString('latin1').startsWith('version https://git-lfs')) {
    return 'only the Git LFS pointer to a model, not the model: fetch it with `git lfs pull`';
  }
  return `not an ONNX model, or cut short (${buffer.length} bytes): fetch it again`;
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

function graphOf(proto: GraphProto, opset: number, external: ReadExternal): Graph {
  if ((proto.sparseInitializer ?? []).length > 0) {
    throw new ModelError('sparse initializers are not supported: export the model with dense weights');
  }
  const constants = new Map<string, Constant>();
  for (const tensor of proto.initializer ?? []) {
    const name = tensor.name ?? '';
    if (constants.has(name)) throw new ModelError(`two initializers are named \`${name}\`: export it again`);
    constants.set(name, constantOf(tensor, external));
  }
  const nodes = (proto.node ?? []).map((node) => nodeOf(node, external));
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
  };
}

function constantOf(tensor: TensorProto, external: ReadExternal): Constant {
  try {
    const constant = readTensor(tensor, external);
    // Everything computed from it would be NaN, or hide it: a rectifier may turn NaN into 0.
    if (holdsNaN(constant)) throw new TensorFault('holds NaN: the training diverged, or the file is damaged');
    return constant;
  } catch (error) {
    if (error instanceof TensorFault)
      throw new ModelError(`tensor \`${tensor.name ?? ''}\` ${error.message}`);
    throw error;
  }
}

function nodeOf(proto: NodeProto, external: ReadExternal): Node {
  const attributes = new Map<string, Attribute>();
  for (const attribute of proto.attribute ?? []) {
    const name = attribute.name ?? '';
    if (attributes.has(name)) {
      throw new ModelError(`${proto.opType ?? ''} \`${proto.name ?? ''}\` has two attributes \`${name}\``);
    }
    attributes.set(name, attributeOf(attribute, external));
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

function attributeOf(proto: AttributeProto, external: ReadExternal): Attribute {
  const text = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('utf8');
  switch (proto.type) {
    case ATTRIBUTE_TYPES.float:
      return { type: 'float', value: proto.f ?? 0 };
    case ATTRIBUTE_TYPES.int:
      return { type: 'int', value: proto.i ?? 0 };
    case ATTRIBUTE_TYPES.string:
      return { type: 'string', value: text(proto.s) };
    case ATTRIBUTE_TYPES.tensor:
      return { type: 'tensor', value: constantOf(proto.t ?? {}, external) };
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
