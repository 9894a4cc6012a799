import { decodeImage } from '../../src/images/decode.js';
import type { InputGeometry } from '../../src/images/geometry.js';
import { type InputSpec, inputGeometry, inputPixels, writeInput } from '../../src/images/preprocess.js';
import type { RgbImage } from '../../src/images/rgb-image.js';

/** All that is done to an image before a network: into `out`, from element `offset` on. */
export function preprocess(
  image: RgbImage,
  spec: InputSpec,
  out: Float32Array,
  offset: number,
): InputGeometry {
  writeInput(inputPixels(image, spec), spec, out, offset);
  return inputGeometry(image, spec);
}

/** The same for a file. */
export async function decodeInto(
  path: string,
  spec: InputSpec,
  out: Float32Array,
  offset: number,
): Promise<InputGeometry> {
  return preprocess(await decodeImage(path), spec, out, offset);
}
