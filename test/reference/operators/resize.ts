import { type Node, stringOf } from '../../../src/onnx/graph.js';
import { type Operators, required } from '../operator.js';
import { at, dtypeOf, forEachIndex, generate, type RefTensor } from '../tensor.js';

/** Where output coordinate `i` lies in the input, along one axis. */
function coordinate(mode: string, i: number, from: number, to: number, scale: number): number {
  switch (mode) {
    case 'half_pixel':
      return (i + 0.5) / scale - 0.5;
    case 'pytorch_half_pixel':
      return to > 1 ? (i + 0.5) / scale - 0.5 : 0;
    case 'asymmetric':
      return i / scale;
    case 'align_corners':
      return to === 1 ? 0 : (i * (from - 1)) / (to - 1);
    default:
      throw new Error(`Resize: coordinate_transformation_mode ${mode}`);
  }
}

function nearest(mode: string, x: number): number {
  switch (mode) {
    case 'round_prefer_floor':
      return Math.ceil(x - 0.5);
    case 'round_prefer_ceil':
      return Math.floor(x + 0.5);
    case 'floor':
      return Math.floor(x);
    case 'ceil':
      return Math.ceil(x);
    default:
      throw new Error(`Resize: nearest_mode ${mode}`);
  }
}

const clamp = (i: number, size: number) => Math.min(size - 1, Math.max(0, i));

/** Separable linear interpolation at a point; beyond the border the border's value goes on. */
function interpolate(x: RefTensor, point: readonly number[]): number {
  const base = point.map(Math.floor);
  let sum = 0;
  forEachIndex(
    point.map(() => 2),
    (corner) => {
      const weight = corner.reduce((w, side, a) => {
        const fraction = point[a]! - base[a]!;
        return w * (side ? fraction : 1 - fraction);
      }, 1);
      if (weight !== 0)
        sum +=
          weight *
          at(
            x,
            corner.map((side, a) => clamp(base[a]! + side, x.shape[a]!)),
          );
    },
  );
  return sum;
}

function targetShape(x: RefTensor, scales: readonly number[], sizes: readonly number[]): number[] {
  if (sizes.length > 0) return [...sizes];
  return x.shape.map((dim, i) => Math.floor(dim * scales[i]!));
}

export const resize: Operators = {
  Resize: (node: Node, inputs) => {
    const x = required(node, inputs, 0);
    const scales = Array.from(inputs[2]?.data ?? []);
    const shape = targetShape(x, scales, Array.from(inputs[3]?.data ?? []));
    const transformation = stringOf(node, 'coordinate_transformation_mode', 'half_pixel');
    const nearestMode = stringOf(node, 'nearest_mode', 'round_prefer_floor');
    const mode = stringOf(node, 'mode', 'nearest');
    const pointOf = (index: readonly number[]) =>
      index.map((i, a) => {
        const scale = scales[a] ?? shape[a]! / x.shape[a]!;
        return coordinate(transformation, i, x.shape[a]!, shape[a]!, scale);
      });
    if (mode === 'linear') return [generate(shape, (index) => interpolate(x, pointOf(index)), dtypeOf(x))];
    if (mode !== 'nearest') throw new Error(`Resize: mode ${mode}`);
    const value = (index: readonly number[]) =>
      at(
        x,
        pointOf(index).map((p, a) => clamp(nearest(nearestMode, p), x.shape[a]!)),
      );
    return [generate(shape, value, dtypeOf(x))];
  },
};
