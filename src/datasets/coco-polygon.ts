import type { Size } from '../base/size.js';
import { paintEdges } from './coco-rle.js';

/** COCO draws a polygon on a grid five times as fine, and takes every fifth column of it. */
const FINE = 5;

/**
 * How many points of the fine grid the outline has: what drawing it costs.
 * @param xy corners x0, y0, x1, y1, …
 */
export function outlineLength(xy: ArrayLike<number>): number {
  let count = 0;
  for (let i = 0; i < xy.length; i += 2) {
    const next = (i + 2) % xy.length;
    const across = Math.abs(fine(xy[next]!) - fine(xy[i]!));
    const down = Math.abs(fine(xy[next + 1]!) - fine(xy[i + 1]!));
    count += Math.max(across, down) + 1;
  }
  return count;
}

/**
 * Sets a polygon's pixels to 1, the same ones as COCO's own `rleFrPoly` (maskApi.c). The outline is walked on the
 * fine grid. Each crossing of a pixel column's centre starts or ends a run there. Counted column by column, a pixel
 * belongs to the polygon when an odd number of crossings lies before it.
 *
 * @param xy corners x0, y0, x1, y1, …, at least three, in pixels between edges (pixel i covers [i, i + 1)); each point of the
 *   outline is visited, wherever it lies
 * @param size of the image that the corners speak of
 * @param out [width, height] column by column; pixels that are set already stay set
 * @param stored the size of `out`, where it is another one: each pixel is what the image has at its centre
 */
export function paintPolygon(xy: ArrayLike<number>, size: Size, out: Uint8Array, stored: Size = size): void {
  paintEdges(crossingsOf(xy, size.width, size.height).sort(), size, out, stored);
}

function fine(coordinate: number): number {
  return Math.trunc(FINE * coordinate + 0.5);
}

/** Where the outline crosses the centre of a pixel column: positions x · height + y, to be sorted. */
function crossingsOf(xy: ArrayLike<number>, width: number, height: number): Uint32Array {
  const crossings: number[] = [];
  let [lastU, lastV] = [fine(xy[0]!), fine(xy[1]!)];
  for (let i = 0; i < xy.length; i += 2) {
    const next = (i + 2) % xy.length;
    const [x0, y0] = [fine(xy[i]!), fine(xy[i + 1]!)];
    const [x1, y1] = [fine(xy[next]!), fine(xy[next + 1]!)];
    const [dx, dy] = [Math.abs(x1 - x0), Math.abs(y1 - y0)];
    const alongX = dx >= dy;
    // Always walked in the direction of growing coordinates, so that both neighbours of an edge draw the same points.
    const flip = alongX ? x0 > x1 : y0 > y1;
    const [xs, ys, xe, ye] = flip ? [x1, y1, x0, y0] : [x0, y0, x1, y1];
    const length = Math.max(dx, dy);
    const slope = length === 0 ? 0 : (alongX ? ye - ys : xe - xs) / length;
    for (let d = 0; d <= length; d++) {
      const t = flip ? length - d : d;
      const u = alongX ? xs + t : Math.trunc(xs + slope * t + 0.5);
      const v = alongX ? Math.trunc(ys + slope * t + 0.5) : ys + t;
      if (u !== lastU) {
        const x = (u < lastU ? u + 0.5 : u - 0.5) / FINE - 0.5;
        if (Number.isInteger(x) && x >= 0 && x <= width - 1) {
          const y = (Math.min(v, lastV) + 0.5) / FINE - 0.5;
          crossings.push(x * height + Math.ceil(Math.min(Math.max(y, 0), height)));
        }
      }
      lastU = u;
      lastV = v;
    }
  }
  return Uint32Array.from(crossings);
}
