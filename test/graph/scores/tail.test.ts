import { expect, it } from 'vitest';
import { nodeOf } from '../../reference/build.js';
import { endingIn, tailIn, writtenSoftmax } from './nets.js';

it('goes back from the output to the last layer of weights, over values that all paths pass', () => {
  const tail = tailIn(endingIn([...writtenSoftmax('z', 'p'), nodeOf('Log', ['p'], ['y'])]));
  expect(tail.values).toEqual(['y', 'p', 'p/exp', 'z']);
  expect(tail.segments.map((nodes) => nodes.map(({ op }) => op))).toEqual([
    ['Log'],
    // The sum runs beside what it divides.
    ['ReduceSum', 'Div'],
    ['Exp'],
  ]);
});

it('sends the same numbers through every value', () => {
  const { samples } = tailIn(endingIn([nodeOf('Mul', ['z', 'two'], ['t']), ...writtenSoftmax('t', 'p')]));
  const [p, , t, z] = samples as [number[][], unknown, number[][], number[][]];
  expect(z).toHaveLength(16);
  z.forEach((row, i) => {
    row.forEach((score, j) => {
      expect(t[i]![j]).toBe(2 * score);
      const weights = row.map((other) => Math.exp(2 * (other - score)));
      expect(p[i]![j]).toBeCloseTo(1 / weights.reduce((a, b) => a + b, 0), 12);
    });
  });
});

it('numbers reach far enough to show what is bounded, and repeat from run to run', () => {
  const once = tailIn(endingIn([nodeOf('Tanh', ['z'], ['y'])])).samples;
  const largest = Math.max(...once[1]!.flat().map(Math.abs));
  expect(largest).toBeGreaterThan(60);
  expect(tailIn(endingIn([nodeOf('Tanh', ['z'], ['y'])])).samples).toEqual(once);
});

it('a product with ones is a sum, one with other numbers a layer of weights', () => {
  expect(tailIn(endingIn([nodeOf('MatMul', ['z', 'ones'], ['y'])])).values).toEqual(['y', 'z']);
  expect(tailIn(endingIn([nodeOf('MatMul', ['z', 'other'], ['y'])])).values).toEqual(['y']);
});

it('without a tail there is the output alone', () => {
  const tail = tailIn(endingIn([]));
  expect([tail.values, tail.segments]).toEqual([['z'], []]);
});
