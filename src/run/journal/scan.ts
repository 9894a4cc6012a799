import { createReadStream } from 'node:fs';

interface Line {
  /** Of the line's first byte in the file. */
  readonly offset: number;
  /** Without the line end. */
  readonly bytes: Buffer;
  /** False for a last line whose end is missing. */
  readonly whole: boolean;
}

const LINE_END = 0x0a;

/** The lines of a file, whatever its size: only one is in memory at a time. */
export async function* scanLines(path: string): AsyncGenerator<Line, void, undefined> {
  let offset = 0;
  let pieces: Buffer[] = [];
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    let rest = chunk as Buffer;
    for (let end = rest.indexOf(LINE_END); end >= 0; end = rest.indexOf(LINE_END)) {
      const bytes = Buffer.concat([...pieces, rest.subarray(0, end)]);
      yield { offset, bytes, whole: true };
      offset += bytes.length + 1;
      pieces = [];
      rest = rest.subarray(end + 1);
    }
    if (rest.length > 0) pieces.push(rest);
  }
  const bytes = Buffer.concat(pieces);
  if (bytes.length > 0) yield { offset, bytes, whole: false };
}
