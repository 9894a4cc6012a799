import { describe, expect, it } from 'vitest';
import { ModelError } from '../../src/base/errors.js';
import { Fields } from '../../src/caffe/fields.js';
import { parseText } from '../../src/caffe/text-format.js';

const read = (text: string) => new Fields('net.prototxt', parseText(text, 'net.prototxt'));

describe("protobuf's text format", () => {
  it('reads scalars, lists, nested messages in both brackets, comments and separators', () => {
    const net = read(`# a comment
      name: "it's" ' one'  # strings side by side are one
      dim: 1, dim: 0x10; dim: 017
      ratio: -1.5e-3 ratio: [.5f, 2, 1E2]
      inner { flag: true pool: AVE } inner: < flag: false pool: 1 >`);
    expect(net.string('name', '')).toBe("it's one");
    expect(net.wholes('dim', 0)).toEqual([1, 16, 15]);
    expect(net.numbers('ratio')).toEqual([-0.0015, 0.5, 2, 100]);
    expect(net.subs('inner').map((inner) => inner.bool('flag', true))).toEqual([true, false]);
    expect(net.subs('inner').map((inner) => inner.choice('pool', ['MAX', 'AVE'], 'MAX'))).toEqual([
      'AVE',
      'AVE',
    ]);
  });

  it('reads escapes', () => {
    expect(read(String.raw`s: "a\n\"\x41\101\\"`).string('s', '')).toBe('a\n"AA\\');
  });

  it.each([
    ['layer {\n name: "a"\n', 'net.prototxt, line 3: expected the name of a field or `}`, the file ends'],
    ['layer\n}', 'net.prototxt, line 2: expected `:` or `{`, found `}`'],
    ['a: [1 2]', 'net.prototxt, line 1: expected `,` or `]`, found `2`'],
    ['a: }', 'net.prototxt, line 1: expected a value, found `}`'],
    ['\na: "open', 'net.prototxt, line 2: a string that does not end is no part of a prototxt file'],
    ['a: 1 $', 'net.prototxt, line 1: `$` is no part of a prototxt file'],
    ['1: 2', 'net.prototxt, line 1: expected the name of a field, found `1`'],
    ['a{'.repeat(40), 'net.prototxt, line 1: expected fewer nested messages, found `a`'],
  ])('says what is wrong and where: %j', (text, message) => {
    expect(() => read(text)).toThrow(new ModelError(message));
  });

  it.each([
    ['n: "1"', (fields: Fields) => fields.numbers('n'), 'n in line 1 is "1", expected a number'],
    ['n: 1.5', (fields: Fields) => fields.wholes('n', 0), 'n is 1.5, expected a whole number of at least 0'],
    [
      'n: maybe',
      (fields: Fields) => fields.bool('n', true),
      'n in line 1 is "maybe", expected true or false',
    ],
    [
      'n: SUM',
      (fields: Fields) => fields.choice('n', ['A', 'B'], 'A'),
      'n in line 1 is "SUM", expected one of A, B',
    ],
    ['n: 3', (fields: Fields) => fields.sub('n'), 'n in line 1 is "3", expected a message `{ … }`'],
    ['n { }', (fields: Fields) => fields.number('n', 1), 'n in line 1 is a message, expected a number'],
  ])('checks types when a field is read: %j', (text, get, message) => {
    expect(() => get(read(text))).toThrow(new ModelError(`net.prototxt: ${message}`));
  });
});
