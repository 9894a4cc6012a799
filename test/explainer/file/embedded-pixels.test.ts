import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withPixelsInside } from '../../../src/explainer/file/embedded-pixels.js';
import { channelsOf, type InputSpec, inputPixels, writeInput } from '../../../src/images/preprocess.js';
import type { RgbImage } from '../../../src/images/rgb-image.js';
import { writeModel } from '../../../src/onnx/write.js';
import { pattern } from '../../images/pattern.js';
import { graphOf, nodeOf, valueInfo } from '../../reference/build.js';
import { openModel, RUNTIMES, type Runtime } from './runtimes.js';

const SPEC: InputSpec = {
  ...{ width: 23, height: 17, resize: 'warp', color: 'rgb', scale: 1 / 255 },
  ...{ mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
};

/** What the graph makes of a picture: the network's input. */
async function embedded(image: RgbImage, spec: InputSpec, runtime: Runtime): Promise<Float32Array> {
  const shape = ['N', channelsOf(spec), spec.height, spec.width];
  const whole = graphOf([nodeOf('Identity', ['x'], ['y'])], [valueInfo('x', shape)], [valueInfo('y', shape)]);
  const model = await openModel(writeModel(withPixelsInside(whole, spec)), runtime);
  const dims = [1, image.height, image.width, 3];
  const { y } = await model.run({ bench_picture: { type: 'uint8', data: image.data, dims } });
  return y!.data as Float32Array;
}

/** What `explain` gives the network. */
function ours(image: RgbImage, spec: InputSpec): Float32Array {
  const out = new Float32Array(channelsOf(spec) * spec.height * spec.width);
  writeInput(inputPixels(image, spec), spec, out, 0);
  return out;
}

const kinds: readonly (readonly [string, Partial<InputSpec>])[] = [
  ['warp', {}],
  ['warp, bicubic', { interpolation: 'bicubic' }],
  ['crop', { resize: 'crop' }],
  ['crop, bicubic, the short side itself', { resize: 'crop', interpolation: 'bicubic', cropFrom: 23 }],
  ['BGR', { color: 'bgr', scale: 1, mean: [104, 117, 123], std: [1, 1, 1] }],
  ['grey', { channels: 1, mean: [0.5, 0.5, 0.5] }],
];

describe.each(RUNTIMES)('a preprocessing inside the graph has the bits of our own, on %s', (runtime) => {
  it.each(kinds)('%s', async (_, change) => {
    const spec = { ...SPEC, ...change };
    for (const [width, height] of [
      [500, 375],
      [23, 17],
      [7, 90],
      [1, 1],
    ]) {
      const image = pattern(width!, height!);
      expect(await embedded(image, spec, runtime), `${width}×${height}`).toEqual(ours(image, spec));
    }
  });
});

describe('a preprocessing inside the graph', () => {
  const side = (most: number) => fc.integer({ min: 1, max: most });
  it('has the bits of our own for pictures and inputs of any size', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({ width: side(400), height: side(400) }),
        fc.record({ width: side(64), height: side(64) }),
        fc.constantFrom(...kinds),
        async (picture, input, [, change]) => {
          const { cropFrom: _side, ...rest } = change;
          const spec = { ...SPEC, ...rest, ...input };
          const image = pattern(picture.width, picture.height);
          expect(await embedded(image, spec, 'onnxruntime-node')).toEqual(ours(image, spec));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('is refused where each picture has a size of its own', () => {
    const shape = ['N', 3, 17, 17];
    const graph = graphOf(
      [nodeOf('Identity', ['x'], ['y'])],
      [valueInfo('x', shape)],
      [valueInfo('y', shape)],
    );
    expect(() => withPixelsInside(graph, { ...SPEC, width: 17, resize: 'short-side' })).toThrow(
      /short-side the input has another size for each picture/,
    );
  });
});
