import type { Shard } from '../run/shard.js';

/** The command line is not well-formed: printed with a pointer to --help, exit status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** For yargs' `coerce`: a whole number of at least `least`. */
export function wholeNumber(option: string, least: number) {
  return (value: unknown): number | undefined => {
    if (value === undefined) return undefined;
    const number = Number(value);
    if (Number.isInteger(number) && number >= least) return number;
    throw new UsageError(`--${option}: expected a whole number of at least ${least}, got ${String(value)}`);
  };
}

/** For yargs' `coerce`: a number of at least 0. */
export function nonNegative(option: string) {
  return (value: unknown): number | undefined => {
    if (value === undefined) return undefined;
    const number = Number(value);
    if (Number.isFinite(number) && number >= 0 && value !== '') return number;
    throw new UsageError(`--${option}: expected a number of at least 0, got ${String(value)}`);
  };
}

/** `a,b` and repeated options alike as one list. */
export function commaList(values: readonly unknown[] | undefined): string[] {
  return (values ?? [])
    .flatMap((value) => String(value).split(','))
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** For yargs' `coerce`: `224` or `224x192` as [height, width]. */
export function imageSides(option: string) {
  return (value: unknown): readonly [number, number] | undefined => {
    if (value === undefined) return undefined;
    const match = /^([1-9]\d*)(?:x([1-9]\d*))?$/.exec(String(value));
    if (match === null) {
      throw new UsageError(`--${option}: expected N or HEIGHTxWIDTH in pixels, got ${String(value)}`);
    }
    return [Number(match[1]), Number(match[2] ?? match[1])];
  };
}

/** For yargs' `coerce`: `3/8` as the third of eight shards. */
export function shardOption(value: unknown): Shard | undefined {
  if (value === undefined) return undefined;
  const [, index, count] = (/^([1-9]\d*)\/([1-9]\d*)$/.exec(String(value)) ?? []).map(Number);
  if (index === undefined || count === undefined || index > count) {
    throw new UsageError(`--shard: expected I/N such as 3/8, I from 1 to N, got ${String(value)}`);
  }
  return { index, count };
}

/** The option `--set`, for every command that takes a configuration. */
export function setOption(describe: string) {
  return { type: 'string', array: true, nargs: 1, default: [] as string[], describe } as const;
}
