import type { NetworkReport } from '../run/benchmark.js';

/** "vgg16: 400 images in 12.3 s (32.5 images/s), 4 % of it outside the network; boxes of 3 images scaled". */
export function timingLine({ name, timings, shareOutside, imagesPerSecond, scaled }: NetworkReport): string {
  const share = `${(100 * shareOutside).toFixed(1)} % of it outside the network`;
  const detail = `decoding ${timings.decode.toFixed(1)} s, evaluation ${timings.evaluation.toFixed(1)} s`;
  const boxes = scaled > 0 ? `; boxes of ${scaled} images scaled to the size of their files` : '';
  const speed = `${timings.wall.toFixed(1)} s (${imagesPerSecond.toFixed(1)} images/s)`;
  return `${name}: ${speed}, ${share} (${detail}, mostly meanwhile)${boxes}`;
}
