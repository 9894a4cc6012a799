import type { Heatmap } from '../../base/heatmap.js';

/**
 * The image seen through its explanation, E = L ⊙ I: every channel times the map (Chattopadhay et al., "Grad-CAM++",
 * WACV 2018, section 5.1). The map is divided by its maximum, negative values count as 0; through an empty map nothing
 * is seen.
 *
 * @param image [channels, height, width] as the network is fed
 * @param map resized to height × width
 * @param black [channels]: what a hidden pixel is, black in the paper, in the image's own units; 0 by default
 */
export function throughMap(image: Float32Array, map: Heatmap, black: readonly number[] = []): Float32Array {
  const { data } = map;
  if (data.length === 0 || image.length % data.length !== 0) {
    throw new RangeError(`a map of ${data.length} pixels over ${image.length} values`);
  }
  let maximum = 0;
  for (const value of data) if (value > maximum) maximum = value;
  const masked = new Float32Array(image.length);
  for (let i = 0; i < image.length; i++) {
    const hidden = black[Math.floor(i / data.length)] ?? 0;
    const share = maximum > 0 ? Math.max(0, data[i % data.length]!) / maximum : 0;
    masked[i] = hidden + share * (image[i]! - hidden);
  }
  return masked;
}

/**
 * Drop of one image in per cent, 0 … 100: max(0, Y − O) / Y, Y the class's probability on the whole image and O through
 * the explanation (Grad-CAM++, section 5.1.1). Its mean over the images is the average drop; low is good.
 */
export function confidenceDrop(whole: number, seen: number): number {
  return whole > 0 ? (100 * Math.max(0, whole - seen)) / whole : 0;
}

/** Whether the confidence rose, Y < O; the share of such images is the increase in confidence (section 5.1.2). */
export function confidenceRose(whole: number, seen: number): boolean {
  return whole < seen;
}
