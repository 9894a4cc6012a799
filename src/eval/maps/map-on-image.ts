import type { Heatmap } from '../../base/heatmap.js';
import { resizeMap } from '../../base/resize-map.js';
import { type InputGeometry, shownExtent } from '../../images/geometry.js';

/** A map over the network's input, drawn bilinearly on the stored image; 0 where the input did not show it (a crop). */
export function mapOnImage(
  map: Heatmap,
  { image, region }: Pick<InputGeometry, 'image' | 'region'>,
): Heatmap {
  const shown = resizeMap(map, shownExtent({ region }));
  const { width, height } = image;
  const left = Math.round(region.x);
  const top = Math.round(region.y);
  if (left === 0 && top === 0 && shown.width === width && shown.height === height) return shown;
  const data = new Float32Array(width * height);
  for (let y = Math.max(0, -top); y < Math.min(shown.height, height - top); y++) {
    for (let x = Math.max(0, -left); x < Math.min(shown.width, width - left); x++) {
      data[(y + top) * width + x + left] = shown.data[y * shown.width + x]!;
    }
  }
  return { data, width, height };
}
