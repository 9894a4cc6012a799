import type { BinaryMask } from '../../base/threshold.js';

// Clockwise from east, y down.
const DX = [1, 1, 0, -1, -1, -1, 0, 1] as const;
const DY = [0, 1, 1, 1, 0, -1, -1, -1] as const;
const WEST = 4;

/**
 * Area in square pixels of the polygon through the *centres* of a component's outer border pixels, holes included. It
 * equals OpenCV's `contourArea` of the outer contour: a single pixel and a thin line have area 0.
 *
 * Border following (Suzuki and Abe, "Topological structural analysis of digitized binary images by border
 * following", 1985, algorithm 1) and the shoelace formula.
 *
 * @param x column of the 8-connected component's first pixel in raster order
 * @param y its row
 */
export function outerContourArea(mask: BinaryMask, x: number, y: number): number {
  const first = nextOnBorder(mask, x, y, WEST, 1);
  if (first === undefined) return 0;
  let twice = 0;
  let [px, py] = [x, y];
  let from = first;
  while (true) {
    const direction = nextOnBorder(mask, px, py, from, -1)!;
    const [nx, ny] = [px + DX[direction]!, py + DY[direction]!];
    twice += px * ny - nx * py;
    // Back at the start, by the way it was first left: a start that the border passes twice does not end it early.
    if (nx === x && ny === y && px === x + DX[first]! && py === y + DY[first]!) return Math.abs(twice) / 2;
    [px, py] = [nx, ny];
    from = (direction + WEST) % 8;
  }
}

/**
 * Direction of the first foreground neighbour after `from`, searching clockwise (turn 1) or counterclockwise (−1);
 * `from` itself comes last. Undefined for an isolated pixel.
 */
function nextOnBorder(
  { data, width, height }: BinaryMask,
  x: number,
  y: number,
  from: number,
  turn: 1 | -1,
): number | undefined {
  for (let step = 1; step <= 8; step++) {
    const direction = (from + turn * step + 16) % 8;
    const nx = x + DX[direction]!;
    const ny = y + DY[direction]!;
    const inside = nx >= 0 && nx < width && ny >= 0 && ny < height;
    if (inside && data[ny * width + nx] !== 0) return direction;
  }
  return undefined;
}
