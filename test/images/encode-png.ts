import { deflateSync } from 'node:zlib';

/** A PNG to encode: samples row by row, one filter per row. `width` and `height` follow from the rows. */
export interface PngParts {
  readonly rows: readonly (readonly number[])[];
  readonly depth: number;
  readonly colorType: number;
  readonly filters: readonly number[];
  readonly interlace?: number;
  /** What the header claims, in place of the truth. */
  readonly width?: number;
  readonly height?: number;
  /** Chunks between header and data. */
  readonly extra?: readonly Buffer[];
}

/** Encodes by the definition of the format, filter by filter; samples are packed at `depth` bits. */
export function encodePng(parts: PngParts): Buffer {
  const { rows, depth, colorType, filters } = parts;
  const samples = colorType === 2 ? 3 : 1;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(parts.width ?? rows[0]!.length / samples, 0);
  header.writeUInt32BE(parts.height ?? rows.length, 4);
  header.set([depth, colorType, 0, 0, parts.interlace ?? 0], 8);
  const packed = rows.map((row) => pack(row, depth));
  const filtered = packed.map((row, y) => {
    const above = packed[y - 1] ?? row.map(() => 0);
    const bytes = row.map((value, x) => {
      const left = row[x - 1] ?? 0;
      const up = above[x]!;
      const upLeft = x > 0 ? above[x - 1]! : 0;
      const predictions = [0, left, up, Math.floor((left + up) / 2), paeth(left, up, upLeft)];
      return value - (predictions[filters[y]!] ?? 0);
    });
    return Buffer.from([filters[y]!, ...bytes]);
  });
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    ...(parts.extra ?? (colorType === 3 ? [paletteChunk(256)] : [])),
    chunk('IDAT', deflateSync(Buffer.concat(filtered))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A palette of `length` times black. */
export function paletteChunk(length: number): Buffer {
  return chunk('PLTE', Buffer.alloc(3 * length));
}

function pack(row: readonly number[], depth: number): number[] {
  const bits = row.map((value) => value.toString(2).padStart(depth, '0')).join('');
  return (bits.match(/.{1,8}/g) ?? []).map((byte) => Number.parseInt(byte.padEnd(8, '0'), 2));
}

function paeth(left: number, up: number, upLeft: number): number {
  const estimate = left + up - upLeft;
  const nearest = [left, up, upLeft].map((value) => Math.abs(estimate - value));
  return [left, up, upLeft][nearest.indexOf(Math.min(...nearest))]!;
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}
