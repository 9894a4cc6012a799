import { accessSync, constants, realpathSync, type Stats, statSync } from 'node:fs';
import { dirname, isAbsolute, normalize, relative, resolve, sep, win32 } from 'node:path';
import { plainText, quote } from '../base/quote.js';
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

/**
 * The file that a tensor refers to, without symbolic links on the way: a link that is changed afterwards cannot lead
 * out of the folder. A model that is a link itself may have its data where it points to, as in caches of downloads.
 * @throws TensorFault when it would lie outside of the model's folder, or is no file
 */
export function externalPath(modelPath: string, proto: TensorProto): string {
  const location = entriesOf(proto).get('location') ?? '';
  const outside = () =>
    new TensorFault(`points outside of the model's folder (external data at ${quote(location)})`);
  // What Windows takes for a way up or for a drive is followed nowhere.
  const ways = [normalize(location), win32.normalize(location)];
  if (location === '' || ways.some((way) => isAbsolute(way) || win32.isAbsolute(way) || /^[a-z]:/i.test(way)))
    throw outside();
  if (ways.some((way) => way.split(/[/\\]/).includes('..'))) throw outside();
  if (location.includes('\0')) {
    throw new TensorFault(
      `has external data at ${quote(location)}, which no file can be called: export it again`,
    );
  }
  const folder = dirname(resolve(modelPath));
  const path = resolve(folder, location);
  const real = realPath(path);
  const homes = [folder, dirname(realPath(resolve(modelPath)) ?? modelPath)].map(realPath);
  // A missing file is reported by its reader.
  if (real !== undefined && !homes.some((home) => home !== undefined && isWithin(home, real)))
    throw outside();
  return real ?? path;
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '' && !isAbsolute(way) && way.split(sep)[0] !== '..';
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

/** Size of a file that can be read. A pipe or a device in its place would be read for ever. @throws TensorFault */
export function sizeOfFile(path: string): number {
  const status = statusOf(path);
  if (!status?.isFile()) {
    throw new TensorFault(`lies in ${plainText(path)}, which cannot be read: put that file beside the model`);
  }
  try {
    accessSync(path, constants.R_OK);
  } catch {
    throw new TensorFault(`lies in ${path}, which may not be read: change its permissions`);
  }
  return status.size;
}

/** Undefined for a missing file, a link that leads to itself, and names that are too long. */
function statusOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}
