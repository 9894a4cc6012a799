import type { Box } from '../../base/box.js';
import type { ClassMask } from '../../base/class-mask.js';
import { resizeMap } from '../../base/resize-map.js';
import type { ObjectTruth } from '../../base/sample.js';
import { boxToInput, clipBox, type InputGeometry } from '../../images/geometry.js';
import { truncatedBox } from './max-box-acc.js';

/* Ground truth on the grid of the network's input, where the measures of Choe et al. compare it with maps. */

/** To rounding: a warped image's region is its sides divided and multiplied again. */
function showsAll({ image, region }: InputGeometry): boolean {
  const near = (a: number, b: number) => Math.abs(a - b) < 1e-6;
  return (
    near(region.x, 0) &&
    near(region.y, 0) &&
    near(region.width, image.width) &&
    near(region.height, image.height)
  );
}

/**
 * As the published evaluator scales boxes: once, from the size that the annotation speaks of, whatever size the copy is
 * stored at. After a crop, which it does not know, the part that is seen.
 */
export function boxOnInput(
  { box, annotated }: Pick<ObjectTruth, 'box' | 'annotated'>,
  geometry: InputGeometry,
): Box | undefined {
  if (showsAll(geometry)) {
    const { box: own, size } = annotated ?? { box, size: geometry.image };
    return truncatedBox(own, size, geometry.input);
  }
  const seen = clipBox(boxToInput(box, geometry), geometry.input);
  return seen && truncatedBox(seen, geometry.input, geometry.input);
}

/** 1 object of the class, 0 anything else, 255 void, by the nearest pixel; undefined after a crop. */
export function maskOnInput(
  mask: ClassMask,
  classIndex: number,
  geometry: InputGeometry,
): Uint8Array | undefined {
  if (!showsAll(geometry)) return undefined;
  const stored = { ...mask, data: Float32Array.from(mask.data) };
  const { data } = resizeMap(stored, geometry.input, 'nearest');
  return Uint8Array.from(data, (label) => (label === classIndex + 1 ? 1 : label === 255 ? 255 : 0));
}
