import type { JournalContents } from './journal/contents.js';
import type { Range } from './shard.js';

/** What is left to do of one network. */
export interface Work {
  /** Ascending. Images that could not be read are tried again. */
  readonly positions: readonly number[];
  /** Those that are in the journal and run once more for their pictures only. */
  readonly forPictures: ReadonlySet<number>;
}

/**
 * @param overlays images per network that pictures are made of: the first ones that can be read
 */
export function pendingWork(
  contents: JournalContents | undefined,
  network: number,
  { from, to }: Range,
  overlays: number,
): Work {
  const places = contents?.places[network];
  const positions: number[] = [];
  const forPictures = new Set<number>();
  let pictures = 0;
  for (let at = from; at < to; at++) {
    const isDone = places !== undefined && places.length[at]! > 0 && places.failed[at] === 0;
    if (!isDone) positions.push(at);
    else if (pictures < overlays) {
      positions.push(at);
      forPictures.add(at);
    }
    if (isDone) pictures++;
  }
  return { positions, forPictures };
}
