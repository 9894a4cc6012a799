import { writeFile } from 'node:fs/promises';

/**
 * Writes a C-ordered little-endian float32 array as a NumPy `.npy` file, format version 1.0 (numpy.lib.format).
 * Throws RangeError when the shape does not fit the data.
 */
export async function writeNpy(path: string, data: Float32Array, shape: readonly number[]): Promise<void> {
  await writeFile(path, encodeNpy(data, shape));
}

/** The bytes of such a file. */
function encodeNpy(data: Float32Array, shape: readonly number[]): Uint8Array {
  const elements = shape.reduce((product, length) => product * length, 1);
  if (elements !== data.length)
    throw new RangeError(`npy: shape [${shape}] does not hold ${data.length} values`);
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': ${tuple}, }`;
  // Magic (6), version (2), header length (2), the header padded so that the data start at a multiple of 64.
  const start = Math.ceil((10 + text.length + 1) / 64) * 64;
  const bytes = Buffer.alloc(start + 4 * data.length);
  bytes.write('\x93NUMPY\x01\x00', 0, 'latin1');
  bytes.writeUInt16LE(start - 10, 8);
  bytes.write(`${text.padEnd(start - 11)}\n`, 10, 'latin1');
  for (let i = 0; i < data.length; i++) bytes.writeFloatLE(data[i]!, start + 4 * i);
  return bytes;
}
