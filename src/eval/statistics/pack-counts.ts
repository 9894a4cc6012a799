/** Counts as text: base 64 of variable-length bytes, seven bits each, the lowest first. Small counts take a byte. */
export function packCounts(counts: ArrayLike<number>): string {
  const bytes: number[] = [];
  for (let i = 0; i < counts.length; i++) {
    let rest = counts[i]!;
    while (rest >= 128) {
      bytes.push((rest % 128) + 128);
      rest = Math.floor(rest / 128);
    }
    bytes.push(rest);
  }
  return Buffer.from(bytes).toString('base64');
}

/** What `packCounts` packed. */
export function unpackCounts(text: string): readonly number[] {
  const counts: number[] = [];
  let value = 0;
  let scale = 1;
  for (const byte of Buffer.from(text, 'base64')) {
    value += (byte % 128) * scale;
    scale *= 128;
    if (byte >= 128) continue;
    counts.push(value);
    [value, scale] = [0, 1];
  }
  return counts;
}
