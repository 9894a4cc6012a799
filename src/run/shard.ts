/** A part of the images: the `index`th (from 1) of `count` runs of consecutive ones, as even as can be. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

export const WHOLE: Shard = { index: 1, count: 1 };

/** Positions from `from` up to but without `to`. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

export function shardRange({ index, count }: Shard, images: number): Range {
  const start = (shard: number) => Math.floor((shard * images) / count);
  return { from: start(index - 1), to: start(index) };
}

export function shardName({ index, count }: Shard): string {
  return `shard-${index}-of-${count}`;
}
