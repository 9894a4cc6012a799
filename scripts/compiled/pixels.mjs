import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PICTURE, withPixelsInside } from '../../dist/explainer/file/embedded-pixels.js';
import { decodeImage } from '../../dist/images/decode.js';
import { channelsOf, inputPixels } from '../../dist/images/preprocess.js';
import { writeModel } from '../../dist/onnx/write.js';

/*
 * Is the preprocessing inside a file our own? Photographs are resized in each runtime, and levels 0…255 that are others are counted;
 * beside it ONNX's own Resize with antialiasing, rounded to whole levels.
 */

const RAW = { width: 224, height: 224, color: 'rgb', scale: 1, mean: [0, 0, 0], std: [1, 1, 1] };
const KINDS = {
  'warp, bilinear': { resize: 'warp' },
  'crop, bilinear': { resize: 'crop', cropFrom: 256 },
  'crop, bicubic': { resize: 'crop', cropFrom: 224, interpolation: 'bicubic' },
  'warp, bilinear, grey': { resize: 'warp', channels: 1 },
};

const node = (op, inputs, output, attributes = {}) => ({
  ...{ op, domain: '', name: output, inputs, outputs: [output], attributes },
});
const info = (name, dtype, shape) => ({ name, dtype, shape });

function identity(spec) {
  const shape = ['N', channelsOf(spec), spec.height, spec.width];
  const [x, levels] = [info('x', 'float32', shape), info('levels', 'float32', shape)];
  const nodes = [node('Identity', ['x'], 'levels')];
  return { name: 'pixels', opset: 17, inputs: [x], outputs: [levels], nodes, constants: new Map() };
}

/** ONNX's Resize, antialiased as from opset 18 on. */
function onnxResize({ width, height }) {
  const int = (value) => ({ type: 'int', value });
  const text = (value) => ({ type: 'string', value });
  const attributes = {
    ...{ mode: text('linear'), coordinate_transformation_mode: text('half_pixel'), antialias: int(1) },
  };
  const constant = (dtype, data) => ({ dtype, shape: dtype === 'float32' ? [] : [data.length], data });
  return {
    ...{ name: 'resize', opset: 18 },
    inputs: [info(PICTURE, 'uint8', ['N', 'H', 'W', 3])],
    outputs: [info('levels', 'float32', ['N', 3, height, width])],
    nodes: [
      node('Transpose', [PICTURE], 'planes', { perm: { type: 'ints', value: [0, 3, 1, 2] } }),
      node('Cast', ['planes'], 'floats', { to: int(1) }),
      node('Resize', ['floats', '', '', 'sizes'], 'resized', {
        ...attributes,
        axes: { type: 'ints', value: [2, 3] },
      }),
      node('Round', ['resized'], 'rounded'),
      node('Clip', ['rounded', 'low', 'high'], 'levels'),
    ],
    constants: new Map([
      ['sizes', constant('int64', BigInt64Array.of(BigInt(height), BigInt(width)))],
      ['low', constant('float32', Float32Array.of(0))],
      ['high', constant('float32', Float32Array.of(255))],
    ]),
  };
}

/** Levels as `explain` has them, [channels, height, width]. */
function ours(image, spec) {
  const { data } = inputPixels(image, spec);
  const area = spec.width * spec.height;
  return Float32Array.from(
    { length: channelsOf(spec) * area },
    (_, i) => data[(i % area) * 3 + Math.floor(i / area)],
  );
}

async function count(model, run, images, spec) {
  let [values, others, most] = [0, 0, 0];
  let runtime = '';
  for (const image of images) {
    const shape = [1, image.height, image.width, 3];
    const { outputs, version } = await run(model, { [PICTURE]: { type: 'uint8', shape, data: image.data } });
    runtime = version;
    const expected = ours(image, spec);
    expected.forEach((level, i) => {
      const apart = Math.abs(level - outputs.levels.data[i]);
      values++;
      if (apart > 0) others++;
      most = Math.max(most, apart);
    });
  }
  return { version: runtime, pictures: images.length, values, others, most };
}

/** @returns a row for each preprocessing and runtime */
export async function pixelRows(runtimes, photographs) {
  const folder = await mkdtemp(join(tmpdir(), 'pixels-'));
  try {
    const images = [];
    for (const file of photographs) images.push(await decodeImage(file));
    const rows = [];
    for (const [kind, change] of Object.entries(KINDS)) {
      const spec = { ...RAW, ...change };
      const model = join(folder, 'pixels.onnx');
      await writeFile(model, writeModel(withPixelsInside(identity(spec), spec)));
      for (const [runtime, run] of Object.entries(runtimes)) {
        rows.push({
          preprocessing: `"${kind}"`,
          by: 'compiled',
          runtime,
          ...(await count(model, run, images, spec)),
        });
        console.error(JSON.stringify(rows.at(-1)));
      }
    }
    const model = join(folder, 'resize.onnx');
    const spec = { ...RAW, resize: 'warp' };
    await writeFile(model, writeModel(onnxResize(spec)));
    for (const [runtime, run] of Object.entries(runtimes)) {
      try {
        const counted = await count(model, run, images, spec);
        rows.push({ preprocessing: '"warp, bilinear"', by: 'Resize', runtime, ...counted });
        console.error(JSON.stringify(rows.at(-1)));
      } catch (error) {
        console.error(`${runtime}, ONNX's own Resize: ${String(error.message).split('\n')[0]}`);
      }
    }
    return rows;
  } finally {
    await rm(folder, { recursive: true });
  }
}
