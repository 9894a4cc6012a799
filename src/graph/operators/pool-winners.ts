import { DTYPES, intsOf, type Node, sizeOf } from '../../onnx/graph.js';
import type { GraphBuilder } from '../builder.js';
import { channelwise, isBlocked, plainConv } from '../channelwise.js';
import { int } from './lowering.js';

/** The padding of a max pool as a number: below everything, and finite, since a zero weight times infinity is no number. */
const LOWEST = -3e38;
/** 2⁸⁰: times this, a difference of more than 10⁻²⁴ is at least 1, and values below 10¹⁴ stay finite. */
const LARGE = 2 ** 80;
/** Larger windows would take more comparisons, over more zeros each, than asking costs. */
const MOST_POSITIONS = 16;

/**
 * Where each window of a max pool has its largest value, the first of equals in row-major order: [N, C, ...out] int64,
 * indices into the plane of the pool's input.
 */
export function winnersOf(b: GraphBuilder, node: Node): string {
  const { dims } = b.type(node.inputs[0]!);
  const size = sizeOf(intsOf(node, 'kernel_shape')!);
  return isBlocked(dims) && size > 1 && size <= MOST_POSITIONS ? compared(b, node) : asked(b, node);
}

/** The pool's own second output. A pool of its own, since one with two outputs keeps the forward part out of the engine's blocked layout. */
function asked(b: GraphBuilder, node: Node): string {
  const area = sizeOf(b.type(node.inputs[0]!).dims.slice(1));
  const [, indices] = b.addMany('MaxPool', [node.inputs[0]!], 2, node.attributes);
  return b.add('Mod', [indices!, b.constant('int64', [], BigInt64Array.of(BigInt(area)))]);
}

/**
 * onnxruntime takes 20 to 46 ns a window for the indices, since every comparison is a branch that nobody can foresee.
 * Here the windows' values at one position are fetched by a depthwise convolution with a single 1, compared with the
 * largest, and "nobody up to here" is handed on from position to position: about 0.6 ns for each of them, as everything
 * stays in the engine's blocked layout.
 *
 *     u_p = s·y − s·x_p            0 where position p wins, large elsewhere
 *     w_p = max(0, 1 − u_p)        1 where it wins
 *     n_p = max(0, n_{p−1} − w_p)  1 where none up to p does, n_{−1} = 1
 *     index = offset_0 + Σ_p n_p (offset_{p+1} − offset_p)
 */
function compared(b: GraphBuilder, node: Node): string {
  const { x, width, pads } = padded(b, node);
  const y = node.outputs[0]!;
  const [channels, rows, columns] = b.type(y).dims as [number, number, number];
  const kernel = intsOf(node, 'kernel_shape')!;
  const strides = intsOf(node, 'strides')!;
  const dilations = intsOf(node, 'dilations') ?? [1, 1];
  const positions = Array.from({ length: sizeOf(kernel) }, (_, p) => {
    return Math.floor(p / kernel[1]!) * dilations[0]! * width + (p % kernel[1]!) * dilations[1]!;
  });
  const top = channelwise(b, y, channels, LARGE);
  let none: string | undefined;
  let index: string | undefined;
  for (let p = 0; p + 1 < positions.length; p++) {
    const weight = single(b, channels, kernel, p);
    const there = b.add('Conv', [x, weight], plainConv(kernel, strides, dilations, channels));
    const wins = b.add('Relu', [channelwise(b, b.add('Add', [there, top]), channels, -1, 1)]);
    none = b.add('Relu', [
      none === undefined
        ? channelwise(b, wins, channels, -1, 1)
        : b.add('Add', [channelwise(b, wins, channels, -1), none]),
    ]);
    const further = channelwise(b, none, channels, positions[p + 1]! - positions[p]!);
    index = index === undefined ? further : b.add('Add', [further, index]);
  }
  const corners = Float32Array.from({ length: rows * columns }, (_, i) => {
    const row = Math.floor(i / columns) * strides[0]! - pads[0]!;
    return row * width + (i % columns) * strides[1]! - pads[1]!;
  });
  const corner = b.constant('float32', [1, 1, rows, columns], corners);
  return b.add('Cast', [b.add('Add', [index!, corner])], { to: int(DTYPES.int64) });
}

/** Depthwise weights [C, 1, ...kernel] that fetch −s times what stands at position p. */
function single(b: GraphBuilder, channels: number, kernel: readonly number[], p: number): string {
  return b.once(`single ${channels} ${kernel.join()} ${p}`, () => {
    const data = new Float32Array(sizeOf(kernel) * channels);
    for (let c = 0; c < channels; c++) data[c * sizeOf(kernel) + p] = -LARGE;
    return b.constant('float32', [channels, 1, ...kernel], data);
  });
}

/** The pool's input with its padding written out, and the width of the plane that indices count in. */
function padded(b: GraphBuilder, node: Node) {
  const x = node.inputs[0]!;
  const [, , width] = b.type(x).dims as [number, number, number];
  const pads = intsOf(node, 'pads')!;
  if (pads.every((pad) => pad === 0)) return { x, width, pads };
  const [top, left, bottom, right] = pads as [number, number, number, number];
  const framed = b.once(`framed ${x} ${pads.join()}`, () =>
    b.add('Pad', [x, b.ints([0, 0, top, left, 0, 0, bottom, right]), b.scalar(LOWEST)]),
  );
  return { x: framed, width, pads };
}
