import { promisify } from 'node:util';
import { inflateRaw } from 'node:zlib';
import { zipSync } from 'fflate';
import { type Entry, fromBufferPromise, type ZipFile } from 'yauzl';
import { DataError, messageOf } from '../base/errors.js';
import { crc32 } from './crc32.js';
import { type NpyArray, readNpy } from './npy.js';

/*
 * NumPy's archives: a zip file with an array file for each name, stored or deflated.
 */

/** Arrays that an archive may have; those that nobody asks for are not read. */
const MOST_ENTRIES = 1000;
const inflate = promisify(inflateRaw);
const STORED = 0;
const DEFLATED = 8;
/** Bytes of an array's header, at most, beside its elements of 8 bytes. */
const HEAD = 70_000;

/**
 * Reads arrays of an archive by their names.
 * @param most elements that an array may have; no more than these are inflated, whatever the archive says of itself
 * @returns those of the names that the archive has
 * @throws DataError that begins with `where`: for a truncated or damaged archive, and for what `readNpy` refuses
 */
export async function readNpz(
  bytes: Buffer,
  where: string,
  names: readonly string[],
  most: number,
): Promise<ReadonlyMap<string, NpyArray>> {
  const found = new Map<string, NpyArray>();
  try {
    const zip = await fromBufferPromise(bytes, { lazyEntries: true, validateEntrySizes: true });
    if (zip.entryCount > MOST_ENTRIES) throw new DataError(`an archive of ${zip.entryCount} files`);
    for await (const entry of zip.eachEntry()) {
      const name = entry.fileName.replace(/\.npy$/, '');
      if (!names.includes(name)) continue;
      if (found.has(name)) throw new DataError(`the array \`${name}\` is there twice`);
      if (entry.uncompressedSize > most * 8 + HEAD) {
        throw new DataError(
          `the array \`${name}\` has ${entry.uncompressedSize} bytes; too many are not read`,
        );
      }
      found.set(name, readNpy(await inflated(zip, entry, bytes), `${where}: \`${name}\``, most));
    }
  } catch (error) {
    if (error instanceof DataError && error.message.startsWith(where)) throw error;
    throw new DataError(
      `${where}: ${error instanceof DataError ? '' : 'a damaged zip file: '}${messageOf(error)}`,
    );
  }
  return found;
}

/** The size is held against the archive's before and after, the checksum after. */
async function inflated(zip: ZipFile, entry: Entry, bytes: Buffer): Promise<Buffer> {
  const { compressedSize, uncompressedSize, compressionMethod } = entry;
  if (entry.isEncrypted()) throw new DataError('it is encrypted');
  const { fileDataStart: start } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
  if (start + compressedSize > bytes.length) throw new DataError('truncated');
  const stored = bytes.subarray(start, start + compressedSize);
  if (compressionMethod !== STORED && compressionMethod !== DEFLATED) {
    throw new DataError(
      `compressed by the method ${compressionMethod}; numpy.savez_compressed writes deflate`,
    );
  }
  const data =
    compressionMethod === STORED
      ? stored
      : await inflate(stored, { maxOutputLength: Math.max(1, uncompressedSize) });
  if (data.length !== uncompressedSize) {
    throw new DataError(`${data.length} bytes where the archive says ${uncompressedSize}`);
  }
  if (crc32(data) !== entry.crc32) throw new DataError('damaged: its checksum is another');
  return data;
}

/** Bytes of an archive of array files. The same arrays give the same bytes: the time that it carries is no time. */
export function writeNpz(arrays: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const files = Object.fromEntries(Object.entries(arrays).map(([name, bytes]) => [`${name}.npy`, bytes]));
  return zipSync(files, { mtime: new Date(1980, 0, 1), level: 6 });
}
