import { accessSync, constants, statSync } from 'node:fs';
import { dirname, isAbsolute, normalize, resolve, sep } from 'node:path';
import type { TensorProto } from './schema.js';
import type { Stretch } from './stored.js';
import { TensorFault } from './tensor.js';

/**
 * Finds the bytes of a tensor that lies in a file beside the model (ONNX "external data").
 * @param needed bytes that the tensor's shape asks for: nothing is allocated when the file says otherwise
 * @throws TensorFault when the file is missing, too short, of another length, or outside of the model's folder
 */
export function findExternal(modelPath: string, proto: TensorProto, needed: number): Stretch {
  const path = externalPath(modelPath, proto);
  return stretchOf(path, proto, needed, sizeOfFile(path));
}

/** The file that a tensor refers to. @throws TensorFault when it would lie outside of the model's folder */
export function externalPath(modelPath: string, proto: TensorProto): string {
  const location = entriesOf(proto).get('location') ?? '';
  const relative = normalize(location);
  if (location === '' || isAbsolute(relative) || relative.split(sep).includes('..')) {
    throw new TensorFault(`points outside of the model's folder (external data at "${location}")`);
  }
  return resolve(dirname(modelPath), relative);
}

/** The part of a file of `size` bytes that a tensor refers to. @throws TensorFault */
export function stretchOf(path: string, proto: TensorProto, needed: number, size: number): Stretch {
  const entries = entriesOf(proto);
  const offset = Number(entries.get('offset') ?? 0);
  const length = entries.has('length') ? Number(entries.get('length')) : size - offset;
  const whole = Number.isSafeInteger(offset) && Number.isSafeInteger(length);
  if (!(whole && offset >= 0 && length >= 0 && offset + length <= size)) {
    throw new TensorFault(
      `needs bytes ${offset} to ${offset + length} of ${path}, which has ${size}: fetch it again`,
    );
  }
  if (length !== needed) throw new TensorFault(`holds ${length} bytes in ${path}, its shape needs ${needed}`);
  return { path, offset, length };
}

function entriesOf({ externalData = [] }: TensorProto): ReadonlyMap<string | undefined, string> {
  return new Map(externalData.map(({ key, value }) => [key, value ?? '']));
}

/** Size of a file that can be read. A pipe or a device in its place would be read for ever. */
function sizeOfFile(path: string): number {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found?.isFile()) {
    throw new TensorFault(`lies in ${path}, which cannot be read: put that file beside the model`);
  }
  try {
    accessSync(path, constants.R_OK);
  } catch {
    throw new TensorFault(`lies in ${path}, which may not be read: change its permissions`);
  }
  return found.size;
}
