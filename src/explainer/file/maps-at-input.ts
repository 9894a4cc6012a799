import { axisWeights } from '../../base/resize-map.js';
import type { Size } from '../../base/size.js';
import { Extension, freePrefix } from '../../graph/extension.js';
import type { Graph, ValueInfo } from '../../onnx/graph.js';

/**
 * The graph with its maps at another size: bilinear with half-pixel centres, as `resizeMap` does it. A map is multiplied with
 * the matrices of its weights, because runtimes differ in what they make of Resize.
 * @param maps names of outputs [N, k, height, width]
 */
export function mapsAtSize(graph: Graph, maps: readonly string[], size: Size): Graph {
  const e = new Extension(freePrefix(graph, 'enlarge'));
  const outputs = graph.outputs.map((info): ValueInfo => {
    const [batch, k, height, width] = info.shape;
    if (!maps.includes(info.name)) return info;
    if (height === size.height && width === size.width) return info;
    const rows = e.constant('float32', [size.height, Number(height)], matrix(Number(height), size.height));
    const columns = e.constant(
      'float32',
      [Number(width), size.width],
      transposed(matrix(Number(width), size.width), size.width),
    );
    const wide = e.add('MatMul', [info.name, columns]);
    const name = `${info.name} ${size.height}x${size.width}`;
    e.named(e.add('MatMul', [rows, wide]), name);
    return { ...info, name, shape: [batch!, k!, size.height, size.width] };
  });
  return { ...e.behind(graph), outputs };
}

/** [to, from]: each row blends two neighbours. */
function matrix(from: number, to: number): Float32Array {
  const { lower, upper, fraction } = axisWeights(from, to);
  const data = new Float32Array(to * from);
  for (let d = 0; d < to; d++) {
    data[d * from + lower[d]!]! += 1 - fraction[d]!;
    data[d * from + upper[d]!]! += fraction[d]!;
  }
  return data;
}

function transposed(data: Float32Array, rows: number): Float32Array {
  const columns = data.length / rows;
  return Float32Array.from(data, (_, i) => data[(i % rows) * columns + Math.floor(i / rows)]!);
}
