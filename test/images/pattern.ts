import { createHash } from 'node:crypto';
import type { RgbImage } from '../../src/images/rgb-image.js';

/** A picture without structure, from a formula that the golden values' script repeats: (31 i² + 17 i) mod 251. */
export function pattern(width: number, height: number): RgbImage {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * i * 31 + i * 17) % 251);
  return { data, width, height };
}

/** The first 16 hexadecimal digits of the SHA-256. */
export function digest(data: Uint8Array): string {
  return createHash('sha256').update(data).digest('hex').slice(0, 16);
}
