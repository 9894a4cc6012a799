import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { dirname, isAbsolute, normalize, resolve, sep } from 'node:path';
import type { TensorProto } from './schema.js';
import { TensorFault } from './tensor.js';

/**
 * Reads the bytes of a tensor that lies in a file beside the model (ONNX "external data").
 * @param needed bytes that the tensor's shape asks for: nothing is allocated when the file says otherwise
 * @throws TensorFault when the file is missing, too short, of another length, or outside of the model's folder
 */
export function readExternal(modelPath: string, proto: TensorProto, needed: number): Uint8Array {
  const entries = new Map((proto.externalData ?? []).map(({ key, value }) => [key, value ?? '']));
  const location = entries.get('location') ?? '';
  const relative = normalize(location);
  if (location === '' || isAbsolute(relative) || relative.split(sep).includes('..')) {
    throw new TensorFault(`points outside of the model's folder (external data at "${location}")`);
  }
  const path = resolve(dirname(modelPath), relative);
  const size = sizeOfFile(path);
  const offset = Number(entries.get('offset') ?? 0);
  const length = entries.has('length') ? Number(entries.get('length')) : size - offset;
  const whole = Number.isSafeInteger(offset) && Number.isSafeInteger(length);
  if (!(whole && offset >= 0 && length >= 0 && offset + length <= size)) {
    throw new TensorFault(
      `needs bytes ${offset} to ${offset + length} of ${path}, which has ${size}: fetch it again`,
    );
  }
  if (length !== needed) throw new TensorFault(`holds ${length} bytes in ${path}, its shape needs ${needed}`);
  return read(path, offset, length);
}

/** A pipe or a device in the file's place would be read for ever. */
function sizeOfFile(path: string): number {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found?.isFile()) {
    throw new TensorFault(`lies in ${path}, which cannot be read: put that file beside the model`);
  }
  return found.size;
}

function read(path: string, offset: number, length: number): Uint8Array {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    throw new TensorFault(`lies in ${path}, which may not be read: change its permissions`);
  }
  try {
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length; ) {
      // One read may be short, and none may exceed 2 GiB.
      const got = readSync(file, bytes, done, Math.min(length - done, 2 ** 30), offset + done);
      if (got === 0) throw new TensorFault(`cannot be read to its end from ${path}`);
      done += got;
    }
    return bytes;
  } finally {
    closeSync(file);
  }
}
