import type { Box } from '../../base/box.js';

/**
 * The baseline that looks at nothing: a box in the middle of an image of width × height pixels, each side
 * `fraction` of the image's. Its coordinates may be fractional.
 *
 * @param fraction of each side, in (0, 1]
 */
export function centerBox(width: number, height: number, fraction = 0.7): Box {
  const marginX = ((1 - fraction) / 2) * width;
  const marginY = ((1 - fraction) / 2) * height;
  return { x0: marginX, y0: marginY, x1: width - marginX - 1, y1: height - marginY - 1 };
}
