import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Node } from '../../src/onnx/graph.js';
import { sortNodes } from '../../src/onnx/sort.js';

const node = (name: string, inputs: string[]): Node => ({
  op: 'Op',
  domain: '',
  name,
  inputs,
  outputs: [name],
  attributes: {},
});
const output = (name: string) => ({ name, dtype: 'float32' as const, shape: [] });

describe('sortNodes', () => {
  it('puts makers before readers', () => {
    const sorted = sortNodes(
      [node('c', ['b', 'a']), node('b', ['a']), node('a', ['x'])],
      ['x'],
      [output('c')],
    );
    expect(sorted.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
  });

  it('keeps an order that already holds', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { maxLength: 20 }), (links) => {
        const nodes = links.map((link, i) => node(`n${i}`, [link < i ? `n${link}` : 'x']));
        expect(sortNodes(nodes, ['x'], [])).toEqual(nodes);
      }),
    );
  });

  it('walks chains of many thousand nodes without recursion', () => {
    const chain = Array.from({ length: 50_000 }, (_, i) => node(`n${i}`, [i === 0 ? 'x' : `n${i - 1}`]));
    expect(sortNodes([...chain].reverse(), ['x'], [output('n49999')])[0]!.name).toBe('n0');
  });

  it.each([
    ['a cycle', [node('a', ['b']), node('b', ['a'])], 'Op `b` is part of a cycle'],
    ['a node that reads itself', [node('a', ['a'])], 'Op `a` is part of a cycle'],
    ['a dangling edge', [node('a', ['ghost'])], 'Op `a` reads `ghost`, which nothing makes'],
    ['two makers', [node('a', ['x']), node('a', ['x'])], 'Op `a` makes `a`, which exists already'],
  ])('%s', (_, nodes, message) => {
    expect(() => sortNodes(nodes, ['x'], [])).toThrow(message);
  });

  it('an output that no node makes', () => {
    expect(() => sortNodes([node('a', ['x'])], ['x'], [output('z')])).toThrow(
      'output `z` is made by no node',
    );
  });
});
