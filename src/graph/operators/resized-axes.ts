import { ModelError } from '../../base/errors.js';
import { describe, intOf, intsOf, type Node, numbersOf, stringOf } from '../../onnx/graph.js';
import type { Info } from '../parameters.js';
import { normalizeAxis } from '../shapes.js';

/** What a Resize or Upsample does to one axis. */
export interface ResizedAxis {
  readonly from: number;
  readonly to: number;
  /** As the model gives it: it may differ a little from to / from, and the coordinates follow it. */
  readonly scale: number;
}

/** Where a position of the output lies in the input, per coordinate_transformation_mode. */
const COORDINATES: Readonly<Record<string, (at: number, axis: ResizedAxis) => number>> = {
  half_pixel: (at, { scale }) => (at + 0.5) / scale - 0.5,
  pytorch_half_pixel: (at, { scale, to }) => (to > 1 ? (at + 0.5) / scale - 0.5 : 0),
  align_corners: (at, { from, to }) => (to > 1 ? (at * (from - 1)) / (to - 1) : 0),
  asymmetric: (at, { scale }) => at / scale,
};

/** The input position next to a coordinate, per nearest_mode. */
const NEAREST: Readonly<Record<string, (x: number) => number>> = {
  round_prefer_floor: (x) => Math.ceil(x - 0.5),
  round_prefer_ceil: (x) => Math.floor(x + 0.5),
  floor: Math.floor,
  ceil: Math.ceil,
};

const refuse = (node: Node, what: string): never => {
  throw new ModelError(`${describe(node)}: ${what} is not supported; export it with mode nearest or linear`);
};

/**
 * Sizes and scales of every axis, whatever form the opset gives them: Upsample has scales as attribute (7) or input
 * (9), Resize as input (10), or sizes (11).
 * @throws ModelError
 */
export function resizedAxes(node: Node, inputs: readonly (Info | undefined)[], opset: number): ResizedAxis[] {
  const { shape } = inputs[0]!;
  const old = node.op === 'Upsample' || opset < 11;
  const read = (position: number) => {
    const input = inputs[position];
    if (input === undefined || input.shape.includes(0)) return undefined;
    if (input.known === undefined) return refuse(node, 'a size computed from the image');
    return numbersOf(input.known);
  };
  const attribute = node.attributes.scales;
  const scales = attribute?.type === 'floats' ? attribute.value : read(old ? 1 : 2);
  const sizes = old ? undefined : read(3);
  const axes =
    intsOf(node, 'axes')?.map((axis) => normalizeAxis(axis, shape.length)) ?? shape.map((_, i) => i);
  if ((scales ?? sizes)?.length !== axes.length) {
    throw new ModelError(
      `${describe(node)}: its sizes or scales do not fit ${axes.length} axes; export it again`,
    );
  }
  if (stringOf(node, 'keep_aspect_ratio_policy', 'stretch') !== 'stretch')
    refuse(node, 'keep_aspect_ratio_policy');
  return shape.map((from, axis) => {
    const at = axes.indexOf(axis);
    // The batch keeps its size: exporters write the number it was exported with.
    if (at < 0 || axis === 0) return { from, to: from, scale: 1 };
    const scale = scales?.[at] ?? sizes![at]! / from;
    return { from, to: scales === undefined ? sizes![at]! : Math.floor(from * scale + 1e-6), scale };
  });
}

/**
 * [to, from] row-major: how much of each input position an output position holds.
 * @throws ModelError for modes other than nearest and linear
 */
export function resizeMatrix(node: Node, axis: ResizedAxis, opset: number): Float32Array {
  const old = node.op === 'Upsample' || opset < 11;
  const mode = stringOf(node, 'mode', 'nearest');
  const transformation = old ? 'asymmetric' : stringOf(node, 'coordinate_transformation_mode', 'half_pixel');
  const coordinate = COORDINATES[transformation] ?? refuse(node, `coordinate mode ${transformation}`);
  if (intOf(node, 'antialias', 0) === 1) refuse(node, 'antialias');
  const rounding = old
    ? axis.scale < 1
      ? 'ceil'
      : 'floor'
    : stringOf(node, 'nearest_mode', 'round_prefer_floor');
  const nearest = NEAREST[rounding] ?? refuse(node, `nearest_mode ${rounding}`);
  if (!['nearest', 'linear', 'bilinear'].includes(mode)) refuse(node, `mode ${mode}`);
  const matrix = new Float32Array(axis.to * axis.from);
  const inside = (at: number) => Math.min(axis.from - 1, Math.max(0, at));
  for (let at = 0; at < axis.to; at++) {
    const x = coordinate(at, axis);
    const row = at * axis.from;
    if (mode === 'nearest') {
      matrix[row + inside(nearest(x))] = 1;
    } else {
      const [clamped, low] = [inside(x), Math.floor(inside(x))];
      matrix[row + low]! += 1 - (clamped - low);
      matrix[row + inside(low + 1)]! += clamped - low;
    }
  }
  return matrix;
}
