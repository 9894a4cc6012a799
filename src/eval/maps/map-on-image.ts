import type { Heatmap } from '../../base/heatmap.js';
import { resizeMap } from '../../base/resize-map.js';
import { type InputGeometry, shownExtent } from '../../images/geometry.js';

/** A map over the network's input, drawn bilinearly on the stored image; 0 where the input did not show it (a crop). */
export function mapOnImage(
  map: Heatmap,
  { image, region }: Pick<InputGeometry, 'image' | 'region'>,
): Heatmap {
  const resized = resizeMap(map, shownExtent({ region }));
  const { width, height } = image;
  const left = Math.round(region.x);
  const top = Math.round(region.y);
  if (left === 0 && top === 0 && resized.width === width && resized.height === height) return resized;
  const data = new Float32Array(width * height);
  for (let y = Math.max(0, -top); y < Math.min(resized.height, height - top); y++) {
    for (let x = Math.max(0, -left); x < Math.min(resized.width, width - left); x++) {
      data[(y + top) * width + x + left] = resized.data[y * resized.width + x]!;
    }
  }
  return { data, width, height };
}
