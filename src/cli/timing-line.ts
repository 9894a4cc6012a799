import type { NetworkReport } from '../run/run-record.js';

/** One line on where the time went: the network at work, or idle because an image or a map was not ready. */
export function timingLine({ name, timings, shareOutside, imagesPerSecond, scaled }: NetworkReport): string {
  const share = `${(100 * shareOutside).toFixed(1)} % of it outside the network`;
  const detail = `${timings.waited.toFixed(1)} s waiting for images; evaluation took ${timings.evaluation.toFixed(1)} s`;
  const boxes = scaled > 0 ? `; boxes of ${scaled} images scaled to the size of their files` : '';
  const speed = `${timings.wall.toFixed(1)} s (${imagesPerSecond.toFixed(1)} images/s)`;
  return `${name}: ${speed}, ${share} (${detail}, mostly while the network ran)${boxes}`;
}
