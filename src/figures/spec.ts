import type { Box } from '../base/box.js';
import type { Heatmap } from '../base/heatmap.js';
import type { Interpolation } from '../base/resize-map.js';
import type { ColorMapName } from '../images/colormap.js';
import type { InputGeometry } from '../images/geometry.js';
import type { RgbImage } from '../images/rgb-image.js';

/* A figure of pictures and maps as plain data: what it shows, not where, and not how large. */

/** A heading: the first line is bold, the others small and grey. */
export interface Heading {
  readonly title: string;
  readonly details?: readonly string[];
}

/** A map that lies over a picture. */
export interface MapOver {
  readonly heat: Heatmap;
  /** The part of the picture that the network saw, in pixels of the picture; all of it when absent. */
  readonly region?: InputGeometry['region'] | undefined;
  readonly upsampling?: Interpolation | undefined;
  /** Values below 0 mean something: −1…1 of the largest absolute value. Else they are 0, and the map is 0…1 of its maximum. */
  readonly signed?: boolean | undefined;
}

/** A box on a picture, in pixels of it: the map's own, drawn solid, or one of the ground truth, drawn dashed. */
export interface FigureBox {
  readonly box: Box;
  readonly role: 'map' | 'truth';
}

/** A picture in the grid, with a map over it or without. */
export interface PictureCell {
  readonly picture: RgbImage;
  readonly map?: MapOver | undefined;
  readonly boxes?: readonly FigureBox[];
  /** Below it. */
  readonly caption?: Heading | undefined;
}

/** Lines of text in the place of a picture. */
export interface TextCell {
  readonly lines: readonly string[];
  readonly caption?: Heading | undefined;
}

export type Cell = PictureCell | TextCell;

/** A row of the grid: of a method, or of an image. */
export interface FigureRow {
  /** To its left. */
  readonly label?: Heading | undefined;
  /** One for each column. */
  readonly cells: readonly Cell[];
}

export interface FigureSpec {
  /** Above it all. */
  readonly title?: Heading | undefined;
  /** To the left of the grid: the picture that all rows are about. */
  readonly original?: { readonly heading: Heading; readonly cell: PictureCell } | undefined;
  /** Above the columns, in their order; none where the cells say themselves what they are. */
  readonly columns: readonly Heading[];
  readonly rows: readonly FigureRow[];
  /** What the map's boxes are, such as `box: largest region ≥ 0.15 of max`. */
  readonly boxWords?: string | undefined;
  /** The line at the bottom, in parts: network, layer, data, … */
  readonly caption: readonly string[];
}

/** How it is drawn. */
export interface FigureStyle {
  /** For maps that are not signed. */
  readonly colormap: ColorMapName;
  /** Opacity 0…1 of a map where it is at its maximum; it falls with the map, to 0 where the map is 0. */
  readonly alpha: number;
  /** What lies under the maps. */
  readonly ground: 'grey' | 'colour';
  readonly boxes: boolean;
  /** Of the whole figure, in pixels; twice the layout's when absent. */
  readonly width?: number | undefined;
}

export const FIGURE_STYLE: FigureStyle = { colormap: 'inferno', alpha: 0.85, ground: 'grey', boxes: true };

export function isPicture(cell: Cell): cell is PictureCell {
  return 'picture' in cell;
}
