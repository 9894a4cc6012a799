import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DataError } from '../../src/base/errors.js';
import { readNpy, writeNpy } from '../../src/maps/npy.js';

interface Golden {
  readonly values: readonly number[];
  readonly arrays: Readonly<Record<string, string>>;
  readonly others: Readonly<Record<string, string>>;
}
const golden: Golden = JSON.parse(readFileSync(new URL('../golden/maps.json', import.meta.url), 'utf8'));
const bytesOf = (text: string) => Buffer.from(text, 'base64');
const read = (bytes: Buffer) => readNpy(bytes, 'a.npy', 1000);

/** An array file by hand: version 1, this header, these bytes. */
function made(literal: string, data: Buffer = Buffer.alloc(0), version = 1): Buffer {
  const lead = Buffer.from([
    0x93,
    ...Buffer.from('NUMPY'),
    version,
    0,
    literal.length & 255,
    literal.length >> 8,
  ]);
  return Buffer.concat([lead, Buffer.from(literal, 'latin1'), data]);
}
const header = (descr: string, shape: string, order = 'False') =>
  `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${shape}, }\n`;

describe('readNpy', () => {
  it.each(Object.keys(golden.arrays))('reads what NumPy wrote as %s', (name) => {
    const { shape, values } = read(bytesOf(golden.arrays[name]!));
    expect(shape).toEqual([2, 2, 3]);
    expect([...(values as Float32Array)]).toEqual(golden.values);
  });

  it('reads whole numbers and texts', () => {
    const valuesOf = (name: string) => [
      ...(read(bytesOf(golden.others[name]!)).values as readonly unknown[]),
    ];
    expect(valuesOf('int64')).toEqual([3, -1, 7]);
    expect(valuesOf('uint8')).toEqual([3, 255]);
    expect(valuesOf('text')).toEqual(['n01440764', 'cat', 'é']);
    expect(valuesOf('bytes')).toEqual(['n01440764', 'cat']);
    expect(read(bytesOf(golden.others.scalar!)).shape).toEqual([]);
  });

  it('reads headers of versions 2 and 3, whose length has four bytes', () => {
    const literal = header('<f4', '(1,)');
    const data = Buffer.from(Float32Array.of(1.5).buffer);
    const lead = Buffer.from([0x93, ...Buffer.from('NUMPY'), 3, 0, literal.length, 0, 0, 0]);
    const { values } = read(Buffer.concat([lead, Buffer.from(literal), data]));
    expect([...(values as Float32Array)]).toEqual([1.5]);
  });

  it('refuses what holds no numbers, pickled objects first of all', () => {
    const refused = (name: string) => () => read(bytesOf(golden.others[name]!));
    expect(refused('object')).toThrow('a.npy: an array of Python objects (pickled), which is never read');
    expect(refused('fields')).toThrow('an array with fields');
    expect(refused('complex')).toThrow('an array of the type <c16');
    expect(refused('bool')).toThrow('an array of the type |b1');
  });

  it.each([
    ['no array file', Buffer.from('PK, and more than ten bytes'), 'not a NumPy array file'],
    ['a short file', Buffer.from('\x93NUMPY\x01', 'latin1'), 'not a NumPy array file'],
    ['another version', made(header('<f4', '(1,)'), Buffer.alloc(4), 9), 'version 9 of the NumPy format'],
    [
      'a header that is longer than the file',
      made(header('<f4', '(1,)')).subarray(0, 30),
      'truncated within',
    ],
    ['a program for a header', made("__import__('os').system('true')"), 'not one that NumPy writes'],
    ['a negative side', made(header('<f4', '(-1, 2)')), 'its shape (-1, 2) has the side -1'],
    ['a side that is no number', made(header('<f4', '(2, x)')), 'has the side x'],
    [
      'more elements than bytes',
      made(header('<f4', '(3,)'), Buffer.alloc(8)),
      'which makes 12; 8 bytes follow',
    ],
    [
      'fewer elements than bytes',
      made(header('<f4', '(1,)'), Buffer.alloc(8)),
      'which makes 4; 8 bytes follow',
    ],
    ['too many elements', made(header('<f4', '(999999, 999999, 999999)')), 'at most 1000 are read'],
    [
      'elements beyond counting',
      made(header('<f4', `(${'9'.repeat(15)}, ${'9'.repeat(15)})`)),
      'at most 1000',
    ],
    ['too many dimensions', made(header('<f4', '(1,1,1,1,1,1,1,1,1,)'), Buffer.alloc(4)), '9 dimensions'],
    ['the byte order of some machine', made(header('=f4', '(1,)'), Buffer.alloc(4)), 'of the type =f4'],
  ])('refuses %s in one line', (_, bytes, words) => {
    expect(() => read(bytes)).toThrow(DataError);
    expect(() => read(bytes)).toThrow(words);
  });

  it('never fails but with a DataError, whatever the bytes', () => {
    const [original] = Object.values(golden.arrays);
    fc.assert(
      fc.property(fc.nat(200), fc.nat(255), fc.nat(300), (at, value, length) => {
        const bytes = Buffer.from(bytesOf(original!)).subarray(0, length);
        if (at < bytes.length) bytes[at] = value;
        try {
          read(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(DataError);
        }
      }),
    );
  });
});

describe('writeNpy', () => {
  it('writes what is read back', () => {
    const shape = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(
        shape,
        fc.infiniteStream(fc.double()),
        fc.constantFrom('f4', 'f8'),
        (sides, stream, type) => {
          const count = sides.reduce((product, side) => product * side, 1);
          const all = Array.from({ length: count }, () => stream.next().value as number);
          const values = type === 'f4' ? Float32Array.from(all) : Float64Array.from(all);
          const back = read(writeNpy(values, sides));
          expect(back.shape).toEqual(sides);
          expect(back.values).toEqual(values);
        },
      ),
    );
  });

  it('writes integers, and begins the numbers at a multiple of 64', () => {
    const bytes = writeNpy(Int32Array.of(5, -1), [2]);
    expect((bytes.length - 8) % 64).toBe(0);
    expect([...(read(bytes).values as Float64Array)]).toEqual([5, -1]);
  });
});
