import type { Size } from '../base/size.js';

/** COCO draws a polygon on a grid five times as fine, and takes every fifth column of it. */
const FINE = 5;

/**
 * Sets to 1 what a polygon covers, pixel for pixel as COCO's own `rleFrPoly` (maskApi.c) does: the outline is walked on the
 * fine grid, each crossing of a pixel column's centre starts or ends a run there, and a pixel belongs to the polygon when
 * an odd number of crossings lies before it, column by column.
 *
 * @param xy corners x0, y0, x1, y1, …, at least three, in pixels between edges (pixel i covers [i, i + 1))
 * @param out [width, height] column by column; what is set stays set
 */
export function paintPolygon(xy: ArrayLike<number>, { width, height }: Size, out: Uint8Array): void {
  const crossings = crossingsOf(outline(xy), width, height).sort();
  // From each crossing to the next, in and out in turn; the last run goes to the image's end.
  for (let i = 0; i < crossings.length; i += 2) {
    out.fill(1, crossings[i]!, crossings[i + 1] ?? width * height);
  }
}

interface Outline {
  readonly u: Int32Array;
  readonly v: Int32Array;
}

/** All points of the fine grid along the outline, corner by corner, each corner twice. */
function outline(xy: ArrayLike<number>): Outline {
  const corners = xy.length / 2;
  const fine = (i: number) => Math.trunc(FINE * xy[i]! + 0.5);
  const at = (j: number) => [fine(2 * (j % corners)), fine(2 * (j % corners) + 1)] as const;
  let count = 0;
  for (let j = 0; j < corners; j++) {
    const [x0, y0] = at(j);
    const [x1, y1] = at(j + 1);
    count += Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0)) + 1;
  }
  const u = new Int32Array(count);
  const v = new Int32Array(count);
  let m = 0;
  for (let j = 0; j < corners; j++) {
    const [x0, y0] = at(j);
    const [x1, y1] = at(j + 1);
    const [dx, dy] = [Math.abs(x1 - x0), Math.abs(y1 - y0)];
    const alongX = dx >= dy;
    // Always walked in the direction of growing coordinates, so that both neighbours of an edge draw the same points.
    const flip = alongX ? x0 > x1 : y0 > y1;
    const [xs, ys, xe, ye] = flip ? [x1, y1, x0, y0] : [x0, y0, x1, y1];
    const length = Math.max(dx, dy);
    const slope = length === 0 ? 0 : (alongX ? ye - ys : xe - xs) / length;
    for (let d = 0; d <= length; d++, m++) {
      const t = flip ? length - d : d;
      u[m] = alongX ? xs + t : Math.trunc(xs + slope * t + 0.5);
      v[m] = alongX ? Math.trunc(ys + slope * t + 0.5) : ys + t;
    }
  }
  return { u, v };
}

/** Where the outline crosses the centre of a pixel column: positions x · height + y, to be sorted. */
function crossingsOf({ u, v }: Outline, width: number, height: number): Uint32Array {
  const found: number[] = [];
  for (let j = 1; j < u.length; j++) {
    if (u[j] === u[j - 1]) continue;
    const left = u[j]! < u[j - 1]! ? u[j]! : u[j]! - 1;
    const x = (left + 0.5) / FINE - 0.5;
    if (!Number.isInteger(x) || x < 0 || x > width - 1) continue;
    const y = (Math.min(v[j]!, v[j - 1]!) + 0.5) / FINE - 0.5;
    found.push(x * height + Math.ceil(Math.min(Math.max(y, 0), height)));
  }
  return Uint32Array.from(found);
}
