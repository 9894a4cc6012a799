import { type Box, boxArea } from '../../base/box.js';
import type { BinaryMask } from '../../base/threshold.js';
import { type Runs, runsOfMask } from './runs.js';

/** Neighbours of a pixel: 4 share a side with it, 8 share a side or a corner. */
export type Connectivity = 4 | 8;

/** What makes a component the largest: its pixels, or the area of its bounding box. */
export type LargestBy = 'count' | 'box-area';

export interface Component {
  /** Tight around the component's pixels, inclusive. */
  readonly box: Box;
  readonly pixelCount: number;
  /** Column of the first pixel in raster order; its row is the box's first. */
  readonly firstX: number;
}

/**
 * All connected components of the mask, in the raster order of their first pixels.
 *
 * Run-based union-find (He, Chao and Suzuki, "A run-based two-scan labeling algorithm", 2008): work grows with
 * the number of runs rather than of pixels, and a root is always its component's first run.
 */
export function findComponents(mask: BinaryMask, connectivity: Connectivity = 8): readonly Component[] {
  return componentsOf(runsOfMask(mask), connectivity);
}

/** The components of runs, in the raster order of their first pixels. */
export function componentsOf(runs: Runs, connectivity: Connectivity): readonly Component[] {
  const height = runs.rowOffset.length - 1;
  const parent = linkRuns(runs, height, connectivity === 8 ? 1 : 0);
  return gatherComponents(runs, parent, height);
}

/** The largest component, the first in raster order among equals; undefined when the mask is empty. */
export function largestComponent(
  mask: BinaryMask,
  connectivity: Connectivity = 8,
  largest: LargestBy = 'count',
): Component | undefined {
  return largestOf(findComponents(mask, connectivity), largest);
}

/** The largest of components in raster order, the first among equals. */
export function largestOf(components: readonly Component[], largest: LargestBy): Component | undefined {
  let best: Component | undefined;
  let bestSize = 0;
  for (const component of components) {
    const size = largest === 'count' ? component.pixelCount : boxArea(component.box);
    if (size > bestSize) {
      best = component;
      bestSize = size;
    }
  }
  return best;
}

/** Joins runs of neighbouring rows whose columns meet, or come within `reach` columns of meeting. */
function linkRuns({ length, start, end, rowOffset }: Runs, height: number, reach: 0 | 1): Int32Array {
  const parent = new Int32Array(length);
  for (let i = 0; i < length; i++) parent[i] = i;
  for (let y = 1; y < height; y++) {
    let above = rowOffset[y - 1]!;
    let run = rowOffset[y]!;
    const aboveEnd = run;
    const runEnd = rowOffset[y + 1]!;
    while (above < aboveEnd && run < runEnd) {
      if (start[above]! <= end[run]! + reach && start[run]! <= end[above]! + reach) join(parent, above, run);
      if (end[above]! < end[run]!) above++;
      else run++;
    }
  }
  return parent;
}

function join(parent: Int32Array, a: number, b: number): void {
  const rootA = rootOf(parent, a);
  const rootB = rootOf(parent, b);
  if (rootA < rootB) parent[rootB] = rootA;
  else parent[rootA] = rootB;
}

function rootOf(parent: Int32Array, run: number): number {
  let node = run;
  while (parent[node] !== node) {
    parent[node] = parent[parent[node]!]!;
    node = parent[node]!;
  }
  return node;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

function gatherComponents(runs: Runs, parent: Int32Array, height: number): Component[] {
  const components: (Omit<Mutable<Component>, 'box'> & { readonly box: Mutable<Box> })[] = [];
  const indexOfRoot = new Int32Array(runs.length);
  for (let y = 0; y < height; y++) {
    for (let i = runs.rowOffset[y]!; i < runs.rowOffset[y + 1]!; i++) {
      const x0 = runs.start[i]!;
      const x1 = runs.end[i]!;
      const root = rootOf(parent, i);
      if (root === i) {
        indexOfRoot[i] = components.length;
        components.push({ box: { x0, y0: y, x1, y1: y }, pixelCount: x1 - x0 + 1, firstX: x0 });
        continue;
      }
      const component = components[indexOfRoot[root]!]!;
      component.pixelCount += x1 - x0 + 1;
      component.box.x0 = Math.min(component.box.x0, x0);
      component.box.x1 = Math.max(component.box.x1, x1);
      component.box.y1 = y;
    }
  }
  return components;
}
