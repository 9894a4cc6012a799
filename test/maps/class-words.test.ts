import { describe, expect, it } from 'vitest';
import { classWords } from '../../src/maps/class-words.js';

const of = (ids: readonly string[]) => classWords(ids.map((id) => ({ id, name: id }))).ofWord;

describe('the word of a class', () => {
  it('is refused where it is the id of one class and the number of another', () => {
    const word = of(['2', '1', 'cat', '40']);
    expect(() => word('2')).toThrow('the class 2 may be two: class 0 has that id, and 2 is a number');
    expect([word('1'), word('40'), word('3'), word('cat')]).toEqual([1, 3, 3, 2]);
  });
});
