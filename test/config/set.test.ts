import { describe, expect, it } from 'vitest';
import { applySet } from '../../src/config/set.js';

describe('--set', () => {
  it('reads the value as YAML', () => {
    expect(applySet({}, 'a=1')).toEqual({ a: 1 });
    expect(applySet({}, 'a=[1, x]')).toEqual({ a: [1, 'x'] });
    expect(applySet({}, 'a={b: true}')).toEqual({ a: { b: true } });
    expect(applySet({}, 'a=b=c')).toEqual({ a: 'b=c' });
    expect(applySet({}, "a='>='")).toEqual({ a: '>=' });
  });

  it('goes into sections and lists, leaving the rest and the original alone', () => {
    const before = { a: { b: 1, c: 2 }, methods: ['x', { name: 'y' }] };
    const copy = structuredClone(before);
    expect(applySet(before, 'a.b=3')).toEqual({ ...copy, a: { b: 3, c: 2 } });
    expect(applySet(before, 'methods.0=cam')).toEqual({ ...copy, methods: ['cam', { name: 'y' }] });
    expect(applySet(before, 'methods.1.layer=l')).toEqual({
      ...copy,
      methods: ['x', { name: 'y', layer: 'l' }],
    });
    expect(applySet(before, 'methods.2=z')).toEqual({ ...copy, methods: [...copy.methods, 'z'] });
    expect(applySet(before, 'new.deep=1')).toEqual({ ...copy, new: { deep: 1 } });
    expect(before).toEqual(copy);
  });

  it.each([
    ['nothing', '--set nothing: expected key.path=value, such as localization.threshold=0.2'],
    ['=1', '--set =1: expected key.path=value, such as localization.threshold=0.2'],
    ['a..b=1', '--set a..b=1: expected key.path=value, such as localization.threshold=0.2'],
    ['list.5=1', '--set list.5=1: `5` is no index of a list of 1; use 0 to 1'],
    ['list.x=1', '--set list.x=1: `x` is no index of a list of 1; use 0 to 1'],
  ])('%s is refused', (assignment, message) => {
    expect(() => applySet({ list: [0] }, assignment)).toThrow(message);
  });

  it('refuses a value that is not YAML', () => {
    expect(() => applySet({}, 'a=[1')).toThrow(/^--set a=\[1: the value is not YAML: /);
  });
});
