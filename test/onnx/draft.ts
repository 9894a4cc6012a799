import type { Graph } from '../../src/onnx/graph.js';
import { decodeModel, encodeModel, type ModelProto } from '../../src/onnx/schema.js';
import { writeModel } from '../../src/onnx/write.js';

type Writable<T> = T extends Uint8Array
  ? Buffer
  : T extends readonly (infer Item)[]
    ? Writable<Item>[]
    : T extends object
      ? { -readonly [Key in keyof T]: Writable<T[Key]> }
      : T;

/** A model as its file holds it, to be changed in ways that no exporter would. */
export type Draft = Writable<ModelProto>;
type Part<T> = NonNullable<T> extends (infer Item)[] ? Item : never;
export type DraftGraph = NonNullable<Draft['graph']>;
export type DraftNode = Part<DraftGraph['node']>;
export type DraftTensor = Part<DraftGraph['initializer']>;
export type DraftAttribute = Part<DraftNode['attribute']>;

export function draftOf(graph: Graph): Draft {
  return structuredCloneWithBuffers(decodeModel(Buffer.from(writeModel(graph)))) as Draft;
}

export function fileOf(draft: Draft): Buffer {
  return Buffer.from(encodeModel(draft as ModelProto));
}

/** structuredClone would turn Buffers into plain Uint8Arrays and copy the memory that they are views of. */
function structuredCloneWithBuffers(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value);
  if (Array.isArray(value)) return value.map(structuredCloneWithBuffers);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, structuredCloneWithBuffers(inner)]),
  );
}

export const nodesOf = (draft: Draft): DraftNode[] => draft.graph!.node!;
export const tensorsOf = (draft: Draft): DraftTensor[] => draft.graph!.initializer!;
