import { ModelError } from '../../base/errors.js';
import type { Fields } from '../fields.js';

export type Pair = readonly [height: number, width: number];

/**
 * Kernel, stride or pad of a layer as [height, width]: `name` once for both or twice, or `name_h` and `name_w`
 * (`kernel_h`, not `kernel_size_h`).
 */
export function pairOf(fields: Fields, name: string, least: number, fallback: number | undefined): Pair {
  const short = name.replace(/_size$/, '');
  const [h, w] = [`${short}_h`, `${short}_w`];
  if (fields.has(h) || fields.has(w)) {
    const sides = [fields.wholes(h, least).at(-1), fields.wholes(w, least).at(-1)];
    if (fields.has(name)) throw new ModelError(`${fields.where}: both ${name} and ${h}/${w}; give one`);
    const [height, width] = sides.map((value) => value ?? fallback);
    if (height === undefined || width === undefined)
      throw new ModelError(`${fields.where}: ${h} and ${w} go together`);
    return [height, width];
  }
  const values = fields.wholes(name, least);
  if (values.length > 2) {
    throw new ModelError(`${fields.where}: ${name} is given ${values.length} times; images have two axes`);
  }
  const height = values[0] ?? fallback;
  if (height === undefined) throw new ModelError(`${fields.where}: ${name} is missing`);
  return [height, values[1] ?? height];
}

/** Spatial size [H, W] of a value that must be a map. */
export function planeOf(fields: Fields, shape: readonly number[]): Pair {
  if (shape.length !== 3) {
    throw new ModelError(`${fields.where}: its input is [N,${shape.join(',')}], expected a map [N,C,H,W]`);
  }
  return [shape[1]!, shape[2]!];
}
