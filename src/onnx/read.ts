import { readFile } from 'node:fs/promises';
import { ModelError, messageOf } from '../errors.js';
import type { Attribute, Constant, Graph, Node, ValueInfo } from '../graph/graph.js';
import { sortNodes } from '../graph/sort.js';
import { readExternal } from './external-data.js';
import {
  ATTRIBUTE_TYPES,
  type AttributeProto,
  decodeModel,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from './schema.js';
import { dtypeOf, readTensor, TensorFault } from './tensor.js';

/** Opset versions of the default domain that are understood. */
export const OPSETS = { min: 7, max: 21 } as const;

/**
 * Reads an ONNX file: initializers raw, typed or external.
 * @throws ModelError when the file is missing, cut, not ONNX, of an opset outside 7–21, or inconsistent
 */
export async function readModel(path: string): Promise<Graph> {
  let buffer: Buffer;
  try {
    buffer = await readFile(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const reason = code === 'ENOENT' ? 'there is no such file' : messageOf(error);
    throw new ModelError(`${path}: cannot read the model: ${reason}`);
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
    throw new ModelError(`${path}: not an ONNX model, or cut short (${buffer.length} bytes): fetch it again`);
  }
  if (model.graph === undefined || (model.graph.node ?? []).length === 0) {
    throw new ModelError(`${path}: not an ONNX model: it holds no graph (${buffer.length} bytes)`);
  }
  const opset = opsetOf(model, path);
  const external = (proto: TensorProto) => readExternal(path, proto);
  try {
    return graphOf(model.graph, opset, external);
  } catch (error) {
    if (error instanceof ModelError) throw new ModelError(`${path}: ${error.message}`);
    throw error;
  }
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

function graphOf(proto: GraphProto, opset: number, external: (proto: TensorProto) => Uint8Array): Graph {
  if ((proto.sparseInitializer ?? []).length > 0) {
    throw new ModelError('sparse initializers are not supported: export the model with dense weights');
  }
  const constants = new Map<string, Constant>();
  for (const tensor of proto.initializer ?? []) {
    constants.set(tensor.name ?? '', constantOf(tensor, external));
  }
  const nodes = (proto.node ?? []).map((node) => nodeOf(node, external));
  // Before IR version 4 every initializer was listed among the inputs too.
  const inputs = (proto.input ?? []).map(valueInfoOf).filter(({ name }) => !constants.has(name));
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

function constantOf(tensor: TensorProto, external: (proto: TensorProto) => Uint8Array): Constant {
  try {
    return readTensor(tensor, external);
  } catch (error) {
    if (error instanceof TensorFault)
      throw new ModelError(`tensor \`${tensor.name ?? ''}\` ${error.message}`);
    throw error;
  }
}

function nodeOf(proto: NodeProto, external: (proto: TensorProto) => Uint8Array): Node {
  const attributes: Record<string, Attribute> = {};
  for (const attribute of proto.attribute ?? []) {
    attributes[attribute.name ?? ''] = attributeOf(attribute, external);
  }
  const domain = proto.domain === 'ai.onnx' ? '' : (proto.domain ?? '');
  return {
    op: proto.opType ?? '',
    domain,
    name: proto.name ?? '',
    inputs: proto.input ?? [],
    outputs: proto.output ?? [],
    attributes,
  };
}

function attributeOf(proto: AttributeProto, external: (proto: TensorProto) => Uint8Array): Attribute {
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

function valueInfoOf(proto: ValueInfoProto): ValueInfo {
  const tensor = proto.type?.tensorType;
  const shape = (tensor?.shape?.dim ?? []).map((dim, axis) =>
    dim.dimValue !== undefined && dim.dimValue > 0 ? dim.dimValue : dim.dimParam || `dim${axis}`,
  );
  return { name: proto.name ?? '', dtype: dtypeOf(tensor?.elemType ?? 1) ?? 'float32', shape };
}
