/** Writes palette PNGs. Image libraries reorder palettes; in a VOC mask the index is the meaning. */
import { crc32, deflateSync } from 'node:zlib';

/** @param {string} type @param {Buffer} body */
function chunk(type, body) {
  const out = Buffer.alloc(12 + body.length);
  out.writeUInt32BE(body.length, 0);
  out.write(type, 4, 'latin1');
  body.copy(out, 8);
  out.writeUInt32BE(crc32(out.subarray(4, 8 + body.length)), 8 + body.length);
  return out;
}

/** VOC's colour map: the bits of the index, dealt out to the high bits of red, green and blue. */
export function vocPalette() {
  const palette = Buffer.alloc(768);
  for (let i = 0; i < 768; i++) {
    const index = Math.floor(i / 3), channel = i % 3;
    for (let bit = 0; bit < 8; bit++) palette[i] = palette.readUInt8(i) | (((index >> (3 * bit + channel)) & 1) << (7 - bit));
  }
  return palette;
}

/** @param {Uint8Array} indices @param {number} w @param {number} h @param {Buffer} palette */
export function palettePng(indices, w, h, palette) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(w, 0);
  header.writeUInt32BE(h, 4);
  header.set([8, 3, 0, 0, 0], 8); // 8 bits, palette, no interlacing
  const rows = Buffer.alloc((w + 1) * h);
  for (let y = 0; y < h; y++) rows.set(indices.subarray(y * w, (y + 1) * w), y * (w + 1) + 1);
  return Buffer.concat([
    Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]),
    chunk('IHDR', header),
    chunk('PLTE', palette),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
