import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeNpy } from '../../src/images/npy.js';
import { temporaryFolder } from './temporary-folder.js';

describe('writeNpy', () => {
  it('writes the bytes of format 1.0: magic, padded header, little-endian values', async () => {
    const path = join(await temporaryFolder(), 'map.npy');
    await writeNpy(path, Float32Array.of(1, -2.5, 0, 3, 4, 5), [2, 3]);
    const bytes = await readFile(path);
    expect(bytes.toString('latin1', 0, 8)).toBe('\x93NUMPY\x01\x00');
    const start = 10 + bytes.readUInt16LE(8);
    expect(start % 64).toBe(0);
    expect(bytes.toString('latin1', 10, start).trimEnd()).toBe(
      "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }",
    );
    expect(bytes[start - 1]).toBe(10);
    expect([0, 1, 2, 3, 4, 5].map((i) => bytes.readFloatLE(start + 4 * i))).toEqual([1, -2.5, 0, 3, 4, 5]);
    expect(bytes).toHaveLength(start + 24);
  });

  it('writes the shape of a vector as a Python tuple', async () => {
    const path = join(await temporaryFolder(), 'vector.npy');
    await writeNpy(path, Float32Array.of(1, 2), [2]);
    expect((await readFile(path)).toString('latin1')).toContain("'shape': (2,), }");
  });

  it('refuses a shape that does not fit', async () => {
    await expect(writeNpy('unused', new Float32Array(3), [2])).rejects.toThrow(RangeError);
  });
});
