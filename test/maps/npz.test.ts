import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DataError } from '../../src/base/errors.js';
import { crc32 } from '../../src/maps/crc32.js';
import { writeNpy } from '../../src/maps/npy.js';
import { readNpz, writeNpz } from '../../src/maps/npz.js';

const golden: { archives: Record<string, string> } = JSON.parse(
  readFileSync(new URL('../golden/maps.json', import.meta.url), 'utf8'),
);
const NAMES = ['maps', 'classes', 'scores'];
const read = (bytes: Uint8Array, most = 1000) => readNpz(Buffer.from(bytes), 'a.npz', NAMES, most);
const one = (values: readonly number[]) => writeNpy(Float32Array.from(values), [values.length]);

describe('readNpz', () => {
  it.each(['stored', 'compressed'])('reads what numpy wrote, %s', async (name) => {
    const arrays = await read(Buffer.from(golden.archives[name]!, 'base64'));
    expect([...arrays.keys()].sort()).toEqual(['classes', 'maps', 'scores']);
    expect([...(arrays.get('classes')!.values as Float64Array)]).toEqual([1, 0]);
    expect([...(arrays.get('scores')!.values as Float32Array)]).toEqual([2.5, 0.5]);
    expect(arrays.get('maps')!.shape).toEqual([2, 2, 3]);
  });

  it('reads what writeNpz wrote, the same bytes each time', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.float({ noNaN: true }), { minLength: 1, maxLength: 50 }),
        async (values) => {
          const bytes = writeNpz({ maps: one(values), classes: one([1]) });
          expect(writeNpz({ maps: one(values), classes: one([1]) })).toEqual(bytes);
          expect([...((await read(bytes)).get('maps')!.values as Float32Array)]).toEqual([
            ...Float32Array.from(values),
          ]);
        },
      ),
    );
  });

  it('leaves arrays alone that nobody asks for, pickled ones too', async () => {
    const bytes = writeNpz({ maps: one([1]), other: Buffer.from('no array') });
    expect([...(await read(bytes)).keys()]).toEqual(['maps']);
  });

  it('refuses a truncated archive wherever it ends', async () => {
    const bytes = Buffer.from(golden.archives.compressed!, 'base64');
    for (let length = 0; length < bytes.length; length += 7) {
      await expect(read(bytes.subarray(0, length))).rejects.toThrow(/^a\.npz: /);
    }
  });

  it('refuses damaged bytes: the checksum is another, or the stream is none', async () => {
    const bytes = Buffer.from(golden.archives.stored!, 'base64');
    const at = bytes.indexOf('NUMPY') + 140;
    bytes[at]! ^= 1;
    await expect(read(bytes)).rejects.toThrow('a.npz: damaged: its checksum is another');
  });

  it('inflates no more than the archive says, and no more than is read', async () => {
    const zeros = new Float32Array(100_000);
    const bytes = Buffer.from(writeNpz({ maps: writeNpy(zeros, [100_000]) }));
    await expect(read(bytes)).rejects.toThrow(/`maps` has 400\d+ bytes; too many are not read/);
    // The central directory says that it is small.
    const directory = bytes.indexOf(Buffer.from('PK\x01\x02', 'latin1'));
    bytes.writeUInt32LE(200, directory + 24);
    await expect(read(bytes)).rejects.toThrow(/^a\.npz: a damaged zip file: /);
  });

  it('never fails but with a DataError, whatever byte is another', async () => {
    const original = Buffer.from(golden.archives.compressed!, 'base64');
    await fc.assert(
      fc.asyncProperty(fc.nat(original.length - 1), fc.nat(255), async (at, value) => {
        const bytes = Buffer.from(original);
        bytes[at] = value;
        await read(bytes).catch((error: unknown) => expect(error).toBeInstanceOf(DataError));
      }),
      { numRuns: 300 },
    );
  });
});

describe('crc32', () => {
  it('is the checksum of zip files', () => {
    // The check value of the CRC catalogue.
    expect(crc32(Buffer.from('123456789'))).toBe(0xcbf43926);
  });
});
