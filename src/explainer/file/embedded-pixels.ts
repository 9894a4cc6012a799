import { ModelError } from '../../base/errors.js';
import { Extension, freePrefix } from '../../graph/extension.js';
import { channelsOf, cropSide, type InputSpec, valueTable } from '../../images/preprocess.js';
import { DTYPES, type Graph } from '../../onnx/graph.js';
import { type Axis, resizedPixels } from './resized-pixels.js';

/** Name of the input of pictures, before it is renamed. */
export const PICTURE = 'bench_picture';

/**
 * The graph with the whole preprocessing before it: in comes uint8 [N,H,W,3], RGB, of any height and width; what the network
 * sees has the same bits as `inputPixels` and `writeInput` give it.
 * @param spec its size is the network's input
 * @throws ModelError where the input has another size for each picture
 */
export function withPixelsInside(graph: Graph, spec: InputSpec): Graph {
  if (spec.resize === 'short-side') {
    throw new ModelError(
      '--embed-preprocessing: with resize: short-side the input has another size for each picture, and a compiled graph has one: write a card with `bench card --resize warp` or `crop`',
    );
  }
  const [input, ...others] = graph.inputs;
  const e = new Extension(freePrefix(graph, 'preprocess'));
  const pixels = channelsOf(spec) === 1 ? greyPlane(e) : colourPlanes(e);
  const { height, width } = axesOf(e, spec);
  e.named(valuesOf(e, resizedPixels(e, pixels, height, width), spec), input!.name);
  const batch = input!.shape[0]!;
  const picture = { name: PICTURE, dtype: 'uint8', shape: [batch, 'H', 'W', 3] } as const;
  return { ...e.before(graph), inputs: [picture, ...others] };
}

const FIRST = { perm: { type: 'ints', value: [0, 3, 1, 2] } } as const;

/** [N, 3, H, W] float32. */
function colourPlanes(e: Extension): string {
  return e.cast(e.add('Transpose', [PICTURE], FIRST), DTYPES.float32);
}

/** [N, 1, H, W] float32: Pillow's convert('L'), in whole numbers below 2²⁴. */
function greyPlane(e: Extension): string {
  const parts = e.constant('float32', [3, 1], Float32Array.of(19595, 38470, 7471));
  const sums = e.add('MatMul', [e.cast(PICTURE, DTYPES.float32), parts]);
  const rounded = e.add('Add', [sums, e.numbers('float32', 0x8000)]);
  const levels = e.add('Floor', [e.add('Mul', [rounded, e.numbers('float32', 2 ** -16)])]);
  return e.add('Transpose', [levels], FIRST);
}

/** What `placement` of images/preprocess.ts computes, of sizes that are known when the graph runs. */
function axesOf(e: Extension, spec: InputSpec): { readonly height: Axis; readonly width: Axis } {
  const int = (value: number) => e.numbers('int64', value);
  const shape = e.add('Shape', [PICTURE]);
  const [h, w] = [1, 2].map((axis) => e.add('Gather', [shape, int(axis)])) as [string, string];
  const filter = spec.interpolation ?? 'bilinear';
  const axis = (from: string, to: string, first: string, count: number) => ({
    ...{ from, to, first, count, filter },
  });
  if (spec.resize === 'warp') {
    return {
      height: axis(h, int(spec.height), int(0), spec.height),
      width: axis(w, int(spec.width), int(0), spec.width),
    };
  }
  const short = int(cropSide(spec));
  // The longer side is at least the short one, and cut off to a whole number as torchvision does.
  const resized = (own: string, other: string) =>
    e.add('Max', [short, e.add('Div', [e.add('Mul', [short, own]), other])]);
  const margin = (whole: string, kept: number) => {
    const rest = e.cast(e.add('Sub', [whole, int(kept)]), DTYPES.float32);
    // Round is half to even, as Python's.
    const half = e.add('Round', [e.add('Mul', [rest, e.numbers('float32', 0.5)])]);
    return e.cast(half, DTYPES.int64);
  };
  const [tall, wide] = [resized(h, w), resized(w, h)];
  return {
    height: axis(h, tall, margin(tall, spec.height), spec.height),
    width: axis(w, wide, margin(wide, spec.width), spec.width),
  };
}

/** (pixel · scale − mean) / std by a table of its 256 values for each channel. @param pixels [N, C, height, width] */
function valuesOf(e: Extension, pixels: string, spec: InputSpec): string {
  const channels = channelsOf(spec);
  const tables = Array.from({ length: channels }, (_, channel) => [...valueTable(spec, channel)]);
  const table = e.constant('float32', [channels * 256], Float32Array.from(tables.flat()));
  const axis = (value: number) => ({ axis: { type: 'int', value } }) as const;
  const ordered =
    channels === 3 && spec.color === 'bgr'
      ? e.add('Gather', [pixels, e.numbers('int64', [2, 1, 0])], axis(1))
      : pixels;
  const starts = e.constant(
    'int64',
    [channels, 1, 1],
    BigInt64Array.from({ length: channels }, (_, channel) => BigInt(channel * 256)),
  );
  const places = e.add('Add', [e.cast(ordered, DTYPES.int64), starts]);
  return e.add('Gather', [table, places], axis(0));
}
