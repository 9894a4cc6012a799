import { readFileSync, statSync } from 'node:fs';
import { decodeModel, type ModelProto } from './schema.js';
import { readSkeleton } from './skeleton.js';
import { LARGE } from './stored.js';

/** What a model's file says about itself, without its weights. */
export interface ModelHeader {
  readonly metadata: ReadonlyMap<string, string>;
  /** Height and width of the image input, where the file fixes them. */
  readonly size: readonly [height: number, width: number] | undefined;
}

const NOTHING: ModelHeader = { metadata: new Map(), size: undefined };
/** No ONNX file is larger. */
const MOST_BYTES = 2 ** 31;

/**
 * Reads the metadata and the input's size. Never throws for a file that is no model: compiling it finds the fault.
 * @param path of a file; folders, pipes and devices have no header
 */
export function readHeader(path: string): ModelHeader {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isFile() !== true || found.size >= MOST_BYTES) return NOTHING;
  let model: ModelProto;
  try {
    // A large file is skipped through, not read.
    const skeleton = found.size >= LARGE ? readSkeleton(path)?.bytes : undefined;
    model = decodeModel(skeleton ?? readFileSync(path));
  } catch {
    return NOTHING;
  }
  const entries = (model.metadataProps ?? []).map(({ key = '', value = '' }) => [key, value] as const);
  return { metadata: new Map(entries), size: sizeOf(model) };
}

/** [N,C,H,W] or [N,H,W,C]: three colours or one tell which. */
function sizeOf({ graph }: ModelProto): ModelHeader['size'] {
  const constants = new Set((graph?.initializer ?? []).map(({ name }) => name));
  const input = (graph?.input ?? []).find(({ name }) => !constants.has(name));
  const dims = input?.type?.tensorType?.shape?.dim?.map(({ dimValue }) => dimValue);
  if (dims?.length !== 4) return undefined;
  const isColours = (dim: number | undefined) => dim === 3 || dim === 1;
  const [height, width] = isColours(dims[1]) ? dims.slice(2) : isColours(dims[3]) ? dims.slice(1) : [];
  return height && width ? [height, width] : undefined;
}
