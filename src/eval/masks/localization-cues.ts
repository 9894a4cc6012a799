import type { Heatmap } from '../../base/heatmap.js';
import { mapMaximum } from '../../base/threshold.js';
import type { ClassMap } from './seeds.js';

/** Sparse seeds of one image: position i is row `rows[i]`, column `columns[i]`, of label `labels[i]` (0 background). */
export interface LocalizationCues {
  readonly labels: readonly number[];
  readonly rows: readonly number[];
  readonly columns: readonly number[];
}

export interface CueRule {
  /** A class's cue: above this share of its map's maximum. SEC: 0.2. */
  readonly foreground: number;
  /** The background's cue: this share of the grid, the least salient positions. SEC: 0.1. */
  readonly background: number;
}

const SEC_CUES: CueRule = { foreground: 0.2, background: 0.1 };

/**
 * The localization cues of SEC (Kolesnikov and Lampert, "Seed, Expand and Constrain", ECCV 2016, section 4.1 and its
 * released code). Each class's map is cut at a share of its maximum. Background are the positions whose saliency is
 * below that of rank `background` · positions. A position claimed twice goes to the label with the smaller cue, as
 * the paper says of foreground classes; the released cues hold no position twice either.
 *
 * @param maps of the image's classes on one grid (41 × 41 in SEC)
 * @param saliency on the same grid, in SEC the gradient's size after a 3 × 3 median; left out: no background cue
 */
export function localizationCues(
  maps: readonly ClassMap[],
  saliency: Heatmap | undefined,
  rule: CueRule = SEC_CUES,
): LocalizationCues {
  const width = maps[0]?.map.width ?? saliency?.width ?? 0;
  const claims = maps.map(({ classIndex, map }) => {
    const level = rule.foreground * mapMaximum(map);
    return { label: classIndex + 1, at: level > 0 ? indices(map.data, (value) => value > level) : [] };
  });
  if (saliency !== undefined) {
    const sorted = saliency.data.toSorted();
    const least = sorted[Math.floor(rule.background * sorted.length)] ?? Infinity;
    claims.push({ label: 0, at: indices(saliency.data, (value) => value < least) });
  }
  const owner = new Map<number, number>();
  // The largest first, so that a smaller one overwrites it.
  for (const { label, at } of claims.toSorted((a, b) => b.at.length - a.at.length)) {
    for (const position of at) owner.set(position, label);
  }
  const cues = [...owner].sort(([a, x], [b, y]) => x - y || a - b);
  return {
    labels: cues.map(([, label]) => label),
    rows: cues.map(([position]) => Math.floor(position / width)),
    columns: cues.map(([position]) => position % width),
  };
}

function indices(data: Float32Array, chosen: (value: number) => boolean): number[] {
  const positions: number[] = [];
  for (let i = 0; i < data.length; i++) if (chosen(data[i]!)) positions.push(i);
  return positions;
}

/** Median over 3 × 3 positions, edges repeated: scipy's `median_filter(map, 3)`. */
export function median3({ data, width, height }: Heatmap): Heatmap {
  const out = new Float32Array(data.length);
  const window = new Float32Array(9);
  const clamp = (value: number, size: number) => Math.min(size - 1, Math.max(0, value));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let i = 0; i < 9; i++) {
        window[i] = data[clamp(y + Math.floor(i / 3) - 1, height) * width + clamp(x + (i % 3) - 1, width)]!;
      }
      out[y * width + x] = window.toSorted()[4]!;
    }
  }
  return { data: out, width, height };
}
