import { randomOf } from '../reference/random.js';

/** A whole number in [0, below), the same for a seed on every machine. */
export type Pick = (below: number) => number;

export function pickOf(seed: number): Pick {
  const random = randomOf(seed);
  return (below) => Math.floor(random() * below);
}

export const oneOf = <T>(pick: Pick, values: readonly T[]): T => values[pick(values.length)]!;

/** Cuts, overwrites, doubles, moves or removes a few stretches, or flips bits. */
export function damaged(bytes: Buffer, pick: Pick): Buffer {
  let result = Buffer.from(bytes);
  for (let times = 1 + pick(3); times > 0 && result.length > 0; times--) {
    result = Buffer.concat(damagedOnce(result, pick));
  }
  return result;
}

function damagedOnce(bytes: Buffer, pick: Pick): Buffer[] {
  const [at, length] = [pick(bytes.length), 1 + pick(oneOf(pick, [2, 12, 200]))];
  const before = bytes.subarray(0, at);
  const piece = bytes.subarray(at, at + length);
  const after = bytes.subarray(at + length);
  switch (pick(8)) {
    case 0:
      return [before];
    case 1:
      return [before, after];
    case 2:
      return [before, piece, piece, after];
    case 3:
      return [before, Buffer.from(Array.from(piece, () => pick(256))), after];
    case 4:
      return [before, Buffer.from(String(pick(10))), after];
    case 5:
      return [before, Buffer.from(piece.map((byte) => byte ^ (1 << pick(8)))), after];
    case 6:
      return [before, Buffer.alloc(piece.length, oneOf(pick, [0, 0xff, 0x80, 0x7f])), after];
    default: {
      const to = pick(after.length + 1);
      return [before, after.subarray(0, to), piece, after.subarray(to)];
    }
  }
}
