import { type Attribute, type Constant, DTYPES, type Graph, type Node, type ValueInfo } from './graph.js';
import {
  ATTRIBUTE_TYPES,
  type AttributeProto,
  encodeModel,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from './schema.js';
import { StoredConstant, type Stretch } from './stored.js';
import { bytesOf } from './tensor.js';

/** IR version that goes with the opsets we write (ONNX 1.10 and later read it). */
const IR_VERSION = 8;

/** The location under which a model refers to a file ("external data"). */
export type Locate = (stretch: Stretch) => string;

/** What a model says about itself, beside its graph. */
export interface About {
  /** Of the program that writes it. */
  readonly version: string;
  /** For people. */
  readonly doc: string;
  /** A sentence for each input and output that has one. */
  readonly values: ReadonlyMap<string, string>;
  readonly metadata: ReadonlyMap<string, string>;
}

/**
 * Writes a graph as an ONNX model, its constants inside as raw bytes.
 * @param locate when given, constants that lie in files stay there: the model says where
 * @param about nothing when absent
 */
export function writeModel(graph: Graph, locate?: Locate, about?: About): Uint8Array {
  const documented = (info: ValueInfo): ValueInfoProto => {
    const docString = about?.values.get(info.name);
    return { ...valueInfoProto(info), ...(docString === undefined ? {} : { docString }) };
  };
  return encodeModel({
    irVersion: IR_VERSION,
    producerName: 'explanation-bench',
    ...(about === undefined ? {} : { producerVersion: about.version, docString: about.doc }),
    opsetImport: [{ domain: '', version: graph.opset }],
    graph: {
      name: graph.name || 'graph',
      node: graph.nodes.map(nodeProto),
      initializer: [...graph.constants].map(([name, constant]) => tensorProto(name, constant, locate)),
      input: graph.inputs.map(documented),
      output: graph.outputs.map(documented),
      valueInfo: (graph.values ?? []).map(valueInfoProto),
    },
    metadataProps: [...(about?.metadata ?? [])].map(([key, value]) => ({ key, value })),
  });
}

function nodeProto(node: Node): NodeProto {
  return {
    input: node.inputs,
    output: node.outputs,
    name: node.name,
    opType: node.op,
    domain: node.domain,
    attribute: Object.entries(node.attributes).map(([name, attribute]) => attributeProto(name, attribute)),
  };
}

function attributeProto(name: string, attribute: Attribute): AttributeProto {
  const type = attribute.type === 'unsupported' ? 0 : ATTRIBUTE_TYPES[attribute.type];
  const base = { name, type };
  switch (attribute.type) {
    case 'int':
      return { ...base, i: attribute.value };
    case 'float':
      return { ...base, f: attribute.value };
    case 'string':
      return { ...base, s: Buffer.from(attribute.value, 'utf8') };
    case 'ints':
      return { ...base, ints: attribute.value };
    case 'floats':
      return { ...base, floats: attribute.value };
    case 'strings':
      return { ...base, strings: attribute.value.map((value) => Buffer.from(value, 'utf8')) };
    case 'tensor':
      return { ...base, t: tensorProto('', attribute.value) };
    case 'unsupported':
      throw new Error(`attribute ${name} cannot be written: ${attribute.value}`);
  }
}

function tensorProto(name: string, constant: Constant, locate?: Locate): TensorProto {
  const proto = { name, dims: constant.shape, dataType: DTYPES[constant.dtype] };
  if (locate === undefined || !(constant instanceof StoredConstant)) {
    return { ...proto, rawData: bytesOf(constant) };
  }
  const { offset, length } = constant.stretch;
  const entries = { location: locate(constant.stretch), offset: String(offset), length: String(length) };
  const externalData = Object.entries(entries).map(([key, value]) => ({ key, value }));
  return { ...proto, dataLocation: 1, externalData };
}

function valueInfoProto(info: ValueInfo): ValueInfoProto {
  const dim = info.shape.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size }));
  return { name: info.name, type: { tensorType: { elemType: DTYPES[info.dtype], shape: { dim } } } };
}
