import type { Extension } from '../../graph/extension.js';
import type { Interpolation } from '../../images/filters.js';
import { DTYPES } from '../../onnx/graph.js';

/*
 * Pillow's resizing (src/images/resize.ts) in ONNX operators, for sizes that are known when the graph runs. ONNX's own Resize
 * rounds elsewhere, has antialiasing from opset 18 on only, and runtimes differ in it. Here each pass is a product with the
 * matrix of its filter's weights, which are whole numbers of 2⁻²². A weight is split into two parts of 11 bits, so that float32
 * holds each sum of products exactly, whatever order a runtime adds in.
 */

const PRECISION = 2 ** 22;
const PART = 2 ** 11;

/** One axis of the picture; all but `count` and `filter` are names of int64 scalars. */
export interface Axis {
  /** Pixels before. */
  readonly from: string;
  /** Pixels of the whole picture after. */
  readonly to: string;
  /** The first of those that are kept. */
  readonly first: string;
  /** How many are kept. */
  readonly count: number;
  readonly filter: Interpolation;
}

/**
 * Resizes whole numbers of 0…255, and rounds to such numbers after each pass.
 * @param pixels float32 [N, C, H, W]
 * @returns float32 [N, C, height.count, width.count]
 */
export function resizedPixels(e: Extension, pixels: string, height: Axis, width: Axis): string {
  const across = weightParts(e, width, 'columns').map((part) => e.add('MatMul', [pixels, part]));
  const narrowed = roundedSum(e, across);
  return roundedSum(
    e,
    weightParts(e, height, 'rows').map((part) => e.add('MatMul', [part, narrowed])),
  );
}

/** ⌊(upper · 2¹¹ + lower + ½ · 2²²) / 2²²⌋ within 0…255, in steps that float32 does exactly. */
function roundedSum(e: Extension, [upper, lower]: readonly string[]): string {
  const floor = (value: string) => e.add('Floor', [e.add('Mul', [value, float(e, 1 / PART)])]);
  const carried = floor(e.add('Add', [lower!, float(e, PRECISION / 2)]));
  return e.add('Clip', [floor(e.add('Add', [upper!, carried])), float(e, 0), float(e, 255)]);
}

const float = (e: Extension, value: number) => e.numbers('float32', value);
const double = (e: Extension, value: number) => e.numbers('float64', value);
const int = (e: Extension, value: number) => e.numbers('int64', value);

/** The weights as upper · 2¹¹ + lower, float32 each: [count, from] as `rows`, [from, count] as `columns`. */
function weightParts(e: Extension, axis: Axis, as: 'rows' | 'columns'): readonly string[] {
  const x = distances(e, axis, as);
  const exact = axis.filter === 'bilinear' ? triangle(e, x) : cubic(e, x);
  const sums = e.add('ReduceSum', [exact, e.numbers('int64', [as === 'rows' ? 1 : 0])]);
  const scaled = e.add('Mul', [e.add('Div', [exact, sums]), double(e, PRECISION)]);
  // Half away from zero: a cast cuts off.
  const half = e.add('Mul', [e.add('Sign', [scaled]), double(e, 0.5)]);
  const whole = e.cast(e.cast(e.add('Add', [scaled, half]), DTYPES.int32), DTYPES.float32);
  const parts = e.add('Add', [e.add('Mul', [whole, float(e, 1 / PART)]), float(e, 0.5)]);
  const upper = e.add('Floor', [parts]);
  return [upper, e.add('Sub', [whole, e.add('Mul', [upper, float(e, PART)])])];
}

/**
 * Distances between the centres of pixels before and after, in units of the larger pixel, float64: |(2s + 1) · to − (2d + 1) · from|
 * / (2 · max(from, to)) of whole numbers.
 */
function distances(e: Extension, { from, to, first, count }: Axis, as: 'rows' | 'columns'): string {
  const [one, two] = [int(e, 1), int(e, 2)];
  const centres = (values: string, axis: number) => {
    const odd = e.add('Add', [e.add('Mul', [values, two]), one]);
    return e.add('Unsqueeze', [odd, e.numbers('int64', [axis])]);
  };
  const [sourceAxis, targetAxis] = as === 'rows' ? [0, 1] : [1, 0];
  const sources = e.add('Range', [int(e, 0), from, one]);
  const targets = e.add('Range', [first, e.add('Add', [first, int(e, count)]), one]);
  const apart = e.add('Sub', [
    e.add('Mul', [centres(sources, sourceAxis), to]),
    e.add('Mul', [centres(targets, targetAxis), from]),
  ]);
  const unit = e.add('Mul', [e.add('Max', [from, to]), two]);
  return e.add('Div', [e.add('Abs', [e.cast(apart, DTYPES.float64)]), e.cast(unit, DTYPES.float64)]);
}

/** max(0, 1 − x) */
function triangle(e: Extension, x: string): string {
  return e.add('Max', [e.add('Sub', [double(e, 1), x]), double(e, 0)]);
}

/** Keys' cubic with a = −½: 1.5x³ − 2.5x² + 1 up to 1, −½ (x³ − 5x² + 8x − 4) up to 2, 0 behind. */
function cubic(e: Extension, x: string): string {
  const polynomial = (value: string, [first, ...others]: readonly number[]) =>
    others.reduce(
      (sum, coefficient) => e.add('Add', [e.add('Mul', [sum, value]), double(e, coefficient)]),
      double(e, first!),
    );
  // Each piece is 0 where the other one begins, and stays there if the distance goes no further.
  const near = polynomial(e.add('Min', [x, double(e, 1)]), [1.5, -2.5, 0, 1]);
  const far = polynomial(e.add('Min', [e.add('Max', [x, double(e, 1)]), double(e, 2)]), [-0.5, 2.5, -4, 2]);
  return e.add('Add', [near, far]);
}
