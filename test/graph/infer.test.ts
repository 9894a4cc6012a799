import { expect, it } from 'vitest';
import { ModelError } from '../../src/base/errors.js';
import { inferShapes } from '../../src/graph/infer.js';
import { graphOf, nodeOf, randomWeights, valueInfo } from '../reference/build.js';

/** The shape of one operator's output over [2, 3, 4, 4], its other inputs of these shapes. */
function shapeOf(op: string, ...sides: readonly (readonly number[])[]) {
  const names = sides.map((_, i) => `side${i}`);
  const graph = graphOf(
    [nodeOf(op, ['x', ...names], ['y'], {})],
    [valueInfo('x', ['N', 3, 4, 4])],
    [valueInfo('y', ['N', 3, 4, 4])],
    Object.fromEntries(sides.map((side, i) => [names[i]!, randomWeights([...side], i)])),
  );
  return inferShapes(graph, [2, 3, 4, 4], undefined).get('y')!.shape;
}

it.each([
  ['InstanceNormalization', [[3], [3]], [[3], [2]], /its bias is \[2\], expected \[3\]/],
  ['BatchNormalization', [[3], [3], [3], [3]], [[4], [3], [3], [3]], /its scale is \[4\], expected \[3\]/],
  ['LayerNormalization', [[4], [4]], [[4], [3, 4, 4]], /scale or bias \[3,4,4\] does not fit \[4\]/],
  ['PRelu', [[3, 1, 1]], [[2, 1, 1]], /`y`.*\[2,1,1\]/],
  ['PRelu', [[1]], [[5, 2, 3, 4, 4]], /slope \[5,2,3,4,4\] does not fit its input/],
] as const)('%s is held to the shapes of its sides', (op, fitting, other, message) => {
  expect(shapeOf(op, ...fitting)).toEqual([2, 3, 4, 4]);
  expect(() => shapeOf(op, ...other)).toThrow(ModelError);
  expect(() => shapeOf(op, ...other)).toThrow(message);
});
