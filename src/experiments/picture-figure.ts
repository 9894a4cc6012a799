import { resizeMap } from '../base/resize-map.js';
import { THUMBNAIL_SIDE, thumbnailValues } from '../eval/maps/thumbnail.js';
import { fromJpegText, jpegText, jpegUrl } from '../images/jpeg-text.js';
import type { RgbImage } from '../images/rgb-image.js';

/* Figures whose panels are pictures: a row an image, its pictures side by side with a caption each. */

/** Longer side of a kept picture. */
export const PICTURE_SIDE = 64;
const PANEL = 128;
/** How white the picture becomes where a map is 0. */
const VEIL = 0.9;

/** A picture, or lines of text in the place of one. */
export type Panel = {
  /** What it is; the lines below are smaller. All panels of a figure have the same number of lines. */
  readonly caption: readonly [string, ...string[]];
} & (
  | {
      /** JPEG in base 64. */
      readonly picture: string;
    }
  | { readonly lines: readonly string[] }
);

/**
 * A picture veiled in white where its map is low: readable in grey, unlike colours laid over it.
 * @param picture JPEG in base 64
 * @param map a thumbnail of the map over the same picture
 */
export async function veiled(picture: string, map: string): Promise<string> {
  const { data, width, height } = await fromJpegText(picture);
  const small = {
    data: Float32Array.from(thumbnailValues(map)),
    width: THUMBNAIL_SIDE,
    height: THUMBNAIL_SIDE,
  };
  const shares = resizeMap(small, { width, height }).data;
  const out: RgbImage = { data: new Uint8Array(data.length), width, height };
  for (let i = 0; i < data.length; i++) {
    const white = VEIL * (1 - Math.min(1, shares[Math.floor(i / 3)]! / 99));
    out.data[i] = Math.round(data[i]! * (1 - white) + 255 * white);
  }
  return jpegText(out, PICTURE_SIDE);
}

/** A Vega-Lite specification. */
export function pictureSpec(
  title: { readonly text: string; readonly subtitle: string | readonly string[] },
  rows: readonly (readonly Panel[])[],
) {
  return {
    title,
    spacing: 12,
    vconcat: rows.map((panels) => ({ spacing: 24, bounds: 'flush', hconcat: panels.map(panelSpec) })),
  };
}

function panelSpec(panel: Panel) {
  const [text, ...subtitle] = panel.caption;
  return {
    // Vega takes text for wider than it is.
    title: { text, subtitle, fontSize: 9, subtitleFontSize: 9, limit: 1.5 * PANEL },
    ...{ height: PANEL, view: { stroke: null } },
    ...('picture' in panel ? pictureMark(panel.picture) : textMark(panel.lines)),
  };
}

function pictureMark(picture: string) {
  return {
    width: PANEL,
    data: { values: [{ url: jpegUrl(picture) }] },
    mark: { type: 'image', width: PANEL, height: PANEL, aspect: true, aria: false },
    encoding: { url: { field: 'url', type: 'nominal' }, x: { value: PANEL / 2 }, y: { value: PANEL / 2 } },
  };
}

function textMark(lines: readonly string[]) {
  const step = Math.min(16, PANEL / Math.max(1, lines.length));
  return {
    width: 1.2 * PANEL,
    data: { values: lines.map((line, i) => ({ line, y: (i + 0.5) * step })) },
    mark: { type: 'text', align: 'left', fontSize: Math.min(10, step) },
    encoding: {
      text: { field: 'line', type: 'nominal' },
      x: { value: 0 },
      y: { field: 'y', type: 'quantitative', axis: null, scale: { domain: [PANEL, 0] } },
    },
  };
}
