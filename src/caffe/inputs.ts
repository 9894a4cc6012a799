import { ModelError } from '../base/errors.js';
import type { CaffeLayer, CaffeNet } from './net.js';
import type { NetBuilder } from './net-builder.js';

/** [height, width] in pixels. */
export type ImageSize = readonly [height: number, width: number];

/** Layers that bring images in: all tops but the first, such as labels, only exist in training. */
export const INPUT_LAYERS: ReadonlySet<string> = new Set(
  'Input Data ImageData HDF5Data MemoryData DummyData WindowData AnnotatedData'.split(' '),
);

/** Declares the network's input [N, C, H, W]; a given size wins over the file's. @throws ModelError */
export function addInput(net: CaffeNet, size: ImageSize | undefined, b: NetBuilder, file: string): string {
  const layers = net.layers.filter(({ type }) => INPUT_LAYERS.has(type));
  const inputs = [
    ...net.inputs,
    ...layers.flatMap((layer) => layer.tops.slice(0, 1).map((name) => ({ name, shape: shapeOf(layer) }))),
  ];
  for (const { tops } of layers) for (const top of tops.slice(1)) b.markAbsent(top);
  const [input, ...others] = inputs;
  if (input === undefined || others.length > 0) {
    throw new ModelError(
      `${file}: ${inputs.length} inputs for the test phase (${inputs.map(({ name }) => name).join(', ') || 'none'}); an image classifier has one: use its deploy.prototxt`,
    );
  }
  const [channels, height, width] = input.shape ?? [3, undefined, undefined];
  if (input.shape !== undefined && input.shape.length !== 3) {
    throw new ModelError(
      `${file}: the input \`${input.name}\` is [N,${input.shape.join(',')}], expected [N,C,H,W]`,
    );
  }
  const [h, w] = size ?? [height, width];
  if (channels === undefined || h === undefined || w === undefined) {
    throw new ModelError(`${file} leaves the input size open: give it as --input-size HEIGHT WIDTH`);
  }
  b.input(input.name, [channels, h, w]);
  return input.name;
}

/** [C, H, W] as the layer states it; a data layer that crops makes colour images of that size. */
function shapeOf({ fields }: CaffeLayer): readonly number[] | undefined {
  const dims = fields.sub('input_param').subs('shape')[0]?.wholes('dim', 1);
  if (dims !== undefined && dims.length > 0) return dims.slice(1);
  const memory = fields.sub('memory_data_param');
  if (memory.has('height')) return ['channels', 'height', 'width'].map((name) => memory.whole(name, 3, 1));
  const crop =
    fields.sub('transform_param').whole('crop_size', 0) ||
    fields.sub('data_param').whole('crop_size', 0) ||
    fields.sub('image_data_param').whole('crop_size', 0);
  return crop > 0 ? [3, crop, crop] : undefined;
}
