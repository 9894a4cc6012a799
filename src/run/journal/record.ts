import { createHash } from 'node:crypto';

/** Hexadecimal digits of the SHA-256 that stand before a record: 64 bits. */
const DIGITS = 16;

function checksum(json: Uint8Array): string {
  return createHash('sha256').update(json).digest('hex').slice(0, DIGITS);
}

/** A journal's line: checksum, space, JSON on one line, line end. */
export function encodeRecord(value: unknown): Buffer {
  const json = Buffer.from(JSON.stringify(value));
  return Buffer.concat([Buffer.from(`${checksum(json)} `), json, Buffer.from('\n')]);
}

/**
 * The value of a line, given without its line end.
 * @returns undefined when the line is cut or damaged
 */
export function decodeRecord(line: Buffer): unknown {
  const json = line.subarray(DIGITS + 1);
  if (line[DIGITS] !== 0x20 || line.toString('latin1', 0, DIGITS) !== checksum(json)) return undefined;
  return JSON.parse(json.toString('utf8'));
}
