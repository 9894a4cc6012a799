/**
 * An axis-aligned box in pixels: 0-based, inclusive on all four sides, so that a single pixel has x0 === x1
 * and a width of 1 (as in the ILSVRC scorer, which adds 1 to every width and height). Coordinates may be
 * fractional after scaling.
 */
export interface Box {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}
