/**
 * An axis-aligned box in pixels: 0-based, inclusive on all four sides. A single pixel has x0 === x1 and a width of 1,
 * as in the ILSVRC scorer, which adds 1 to every width and height. Coordinates may be fractional after scaling.
 */
export interface Box {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

/** Width in pixels, both end columns counted. */
export function boxWidth(box: Box): number {
  return box.x1 - box.x0 + 1;
}

/** Height in pixels, both end rows counted. */
export function boxHeight(box: Box): number {
  return box.y1 - box.y0 + 1;
}

/** Area in square pixels, end rows and columns counted; 0 for a box that covers nothing. */
export function boxArea(box: Box): number {
  return Math.max(0, boxWidth(box)) * Math.max(0, boxHeight(box));
}

/** True when all four coordinates are finite and the box covers some area. */
function isValidBox(box: Box): boolean {
  const finite = [box.x0, box.y0, box.x1, box.y1].every(Number.isFinite);
  return finite && boxWidth(box) > 0 && boxHeight(box) > 0;
}

/**
 * Intersection over union in [0, 1], every width and height counted inclusively (+1) as in the ILSVRC
 * devkit's `compute_overlap`. 0 when either box covers nothing. Exact for whole-pixel boxes: one division.
 */
export function iou(a: Box, b: Box): number {
  const width = Math.min(a.x1, b.x1) - Math.max(a.x0, b.x0) + 1;
  const height = Math.min(a.y1, b.y1) - Math.max(a.y0, b.y0) + 1;
  if (!(width > 0 && height > 0)) return 0;
  const intersection = width * height;
  return intersection / (boxArea(a) + boxArea(b) - intersection);
}

/**
 * The same box in an image whose sides are `sx` and `sy` times as long. Pixels are areas: the box covers
 * [x0, x1 + 1) × [y0, y1 + 1), those edges are scaled and made inclusive again, without rounding. Hence a box
 * over the whole of one image becomes a box over the whole of the other.
 */
export function scaleBox(box: Box, sx: number, sy: number): Box {
  return { x0: box.x0 * sx, y0: box.y0 * sy, x1: (box.x1 + 1) * sx - 1, y1: (box.y1 + 1) * sy - 1 };
}

/** The part of the box inside an image of width × height pixels, or undefined when nothing is left. */
export function clipBox(box: Box, width: number, height: number): Box | undefined {
  const clipped = {
    x0: Math.max(0, box.x0),
    y0: Math.max(0, box.y0),
    x1: Math.min(width - 1, box.x1),
    y1: Math.min(height - 1, box.y1),
  };
  return isValidBox(clipped) ? clipped : undefined;
}
