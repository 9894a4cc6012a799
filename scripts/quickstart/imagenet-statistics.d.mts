/** A box in sides of its image, 0 to 1. */
export interface UnitBox {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

/** Pairs of a share of the images and the value that they reach at most; of `offsetByArea`, of an area and a median. */
type Quantiles = readonly (readonly [number, number])[];

export interface Composition {
  readonly area: Quantiles;
  readonly offset: Quantiles;
  readonly aspect: Quantiles;
  readonly offsetByArea: Quantiles;
  /** Shares of the images with one, two, three and more boxes. */
  readonly boxes: readonly number[];
  readonly centreBox: number;
}

/** ImageNet val's. */
export const MEASURED: Composition;

/** The same of other images: all boxes of each. */
export function statistics(images: readonly (readonly UnitBox[])[]): Composition;
