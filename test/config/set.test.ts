import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/base/errors.js';
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

  it.each([
    ['a=&x [*x]', '--set a=&x [*x]: the value is no plain one: an anchor holds itself'],
    ['a=&x {b: {c: *x}}', /: an anchor holds itself$/],
    ['a=&x [1, &y {z: [*x, *y]}]', /: an anchor holds itself$/],
    ['a=[*nowhere]', /^--set a=\[\*nowhere\]: the value is not YAML: |: its anchors cannot be put in: /],
    ['a={b: 1, b: 2}', /the value is not YAML: Map keys must be unique/],
    ['a=1\n---\n2', /the value is not YAML: .*multiple documents/],
  ])('has the checks of a file: %s', (assignment, message) => {
    expect(() => applySet({}, assignment)).toThrow(message);
    expect(() => applySet({}, assignment)).toThrow(ConfigError);
  });

  it('refuses what is nested too deeply, and anchors that multiply', () => {
    const deep = `a=${'['.repeat(3000)}${']'.repeat(3000)}`;
    expect(() => applySet({}, deep)).toThrow(/…: the value is not YAML: Maximum call stack size/);
    const times = (letter: string) => `[${Array.from({ length: 9 }, () => letter)}]`;
    const doubled = [...'bcdefghi'].map((letter, i) => `&${letter} ${times(`*${'abcdefgh'[i]}`)}`);
    const bomb = `a=[&a ${times('x')}, ${doubled.join(', ')}]`;
    expect(() => applySet({}, bomb)).toThrow(
      /…: the value is no plain one: its anchors cannot be put in: Excessive/,
    );
  });

  it('may use an anchor beside itself', () => {
    expect(applySet({}, 'a=[&x {b: 1}, *x]')).toEqual({ a: [{ b: 1 }, { b: 1 }] });
  });

  it('refuses a value that is not YAML', () => {
    expect(() => applySet({}, 'a=[1')).toThrow(/^--set a=\[1: the value is not YAML: /);
  });
});

it('keeps the name that stands where a section could', () => {
  const tree = { experiment: 'faithfulness', methods: ['grad-cam', 'cam'] };
  const experiment = { name: 'faithfulness', blur: 0.02 };
  expect(applySet(tree, 'experiment.blur=0.02')).toEqual({ ...tree, experiment });
  const methods = ['grad-cam', { name: 'cam', layer: 'relu5' }];
  expect(applySet(tree, 'methods.1.layer=relu5')).toEqual({ ...tree, methods });
});
