import { ModelError } from '../../base/errors.js';
import { sizeOf } from '../../onnx/graph.js';
import type { CaffeLayer } from '../net.js';
import { int, int64 } from '../net-builder.js';
import type { ConvertLayer, LayerContext, LayerTable } from './layer.js';

/** An axis of [N, ...shape] counted from the front. @throws ModelError when it does not exist */
function axisOf(layer: CaffeLayer, axis: number, rank: number): number {
  const at = axis < 0 ? axis + rank : axis;
  if (Number.isInteger(at) && at >= 0 && at < rank) return at;
  throw new ModelError(`${layer.where}: axis ${axis} does not exist in a value of ${rank} axes`);
}

const concat: ConvertLayer = ({ layer, b }) => {
  const values = b.readAll(layer);
  const fields = layer.fields.sub('concat_param');
  const first = values[0]!.shape;
  const axis = axisOf(layer, fields.number('axis', fields.number('concat_dim', 1)), first.length + 1);
  const odd = values.find(
    ({ shape }) =>
      shape.length !== first.length || shape.some((dim, i) => i + 1 !== axis && dim !== first[i]),
  );
  if (axis === 0 || odd !== undefined) {
    throw new ModelError(
      axis === 0
        ? `${layer.where}: joining along the batch (axis 0) is not supported`
        : `${layer.where}: [N,${first.join(',')}] and [N,${odd!.shape.join(',')}] cannot be joined along axis ${axis}`,
    );
  }
  const total = values.reduce((sum, { shape }) => sum + shape[axis - 1]!, 0);
  const shape = first.map((dim, i) => (i + 1 === axis ? total : dim));
  b.write(
    layer,
    'Concat',
    values.map(({ name }) => name),
    shape,
    { axis: int(axis) },
  );
};

const flatten: ConvertLayer = (context) => {
  const { layer, b } = context;
  const x = b.read(layer);
  const fields = layer.fields.sub('flatten_param');
  const rank = x.shape.length + 1;
  const first = axisOf(layer, fields.number('axis', 1), rank);
  const last = axisOf(layer, fields.number('end_axis', -1), rank);
  if (first === 0 || last < first) {
    throw new ModelError(
      `${layer.where}: flattening axes ${first} to ${last} is not supported; start at axis 1`,
    );
  }
  const [before, flat, after] = [
    x.shape.slice(0, first - 1),
    x.shape.slice(first - 1, last),
    x.shape.slice(last),
  ];
  writeReshape(context, x.name, [...before, sizeOf(flat), ...after]);
};

/** 0 keeps an axis, one −1 takes the remaining size. `axis` and `num_axes` choose the axes that are replaced. */
const reshape: ConvertLayer = (context) => {
  const { layer, b } = context;
  const x = b.read(layer);
  const fields = layer.fields.sub('reshape_param');
  const dims = fields.sub('shape').numbers('dim');
  const rank = x.shape.length + 1;
  const axis = fields.number('axis', 0);
  // Here −1 is one past the last axis: then axes are only added.
  const start = axis < 0 ? axis + rank + 1 : axis;
  const count = fields.number('num_axes', -1);
  const end = count < 0 ? rank : start + count;
  const unsupported = (why: string) =>
    new ModelError(`${layer.where}: ${why}; keep the batch as the first axis`);
  if (!Number.isInteger(start) || start < 0 || start > rank || !Number.isInteger(end) || end > rank) {
    throw unsupported(`axis ${axis} and num_axes ${count} do not fit a value of ${rank} axes`);
  }
  // Everything but the batch has a known size; what replaces the batch's axis must keep the size of one image.
  const old: (number | undefined)[] = [undefined, ...x.shape];
  const middle = dims.map((dim, i) => (dim === 0 ? old[start + i] : dim));
  const target = [...old.slice(0, start), ...middle, ...old.slice(end)];
  const rest = target.slice(1).map((dim) => dim ?? Number.NaN);
  const size = sizeOf(x.shape);
  const open = rest.indexOf(-1);
  if (open >= 0) rest[open] = size / sizeOf(rest.filter((_, i) => i !== open));
  if (target.length < 2 || sizeOf(rest) !== size || rest.some((dim) => !Number.isInteger(dim) || dim < 1)) {
    throw unsupported(
      `[N,${x.shape.join(',')}] cannot become [${target.map((dim) => dim ?? 'N').join(',')}]`,
    );
  }
  writeReshape(context, x.name, rest);
};

function writeReshape({ layer, b }: LayerContext, x: string, shape: readonly number[]): void {
  b.write(layer, 'Reshape', [x, b.constant(layer, 'shape', int64([-1, ...shape]))], shape);
}

const split: ConvertLayer = ({ layer, b }) => {
  const x = b.read(layer);
  for (const at of layer.tops.keys()) b.write(layer, 'Identity', [x.name], x.shape, {}, at);
};

const softmax: ConvertLayer = ({ layer, b }) => {
  const x = b.read(layer);
  const axis = axisOf(layer, layer.fields.sub('softmax_param').number('axis', 1), x.shape.length + 1);
  b.write(layer, 'Softmax', [x.name], x.shape, { axis: int(axis) });
};

export const shapeLayers: LayerTable = {
  Concat: concat,
  Flatten: flatten,
  Reshape: reshape,
  Split: split,
  Softmax: softmax,
};
