import { ConfigError, ModelError } from '../base/errors.js';
import { LONGEST_SIDE } from '../config/values.js';
import type { Shard } from '../run/shard.js';

/** The command line is not well-formed: printed with a pointer to --help, exit status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** For yargs' `coerce`: a whole number of at least `least`, and at most `most`. */
export function wholeNumber(option: string, least: number, most = Number.MAX_SAFE_INTEGER) {
  return (value: unknown): number | undefined => {
    if (value === undefined) return undefined;
    const number = Number(value);
    if (number > most) throw new UsageError(`--${option}: expected at most ${most}, got ${String(value)}`);
    if (Number.isSafeInteger(number) && number >= least) return number;
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

/** The numbers of `a,b,c`, or of `[a,b,c]` as configurations write them. Other words stay texts. */
export function numberList(text: string): readonly (string | number)[] {
  const [, within] = /^\s*\[(.*)\]\s*$/.exec(text) ?? [];
  return (within ?? text).split(',').map((part) => {
    const word = part.trim();
    return word === '' || Number.isNaN(Number(word)) ? word : Number(word);
  });
}

/** For yargs' `coerce`: `224`, `224x192`, `224,192` or `[224, 192]` as [height, width]. */
export function imageSides(option: string) {
  return (value: unknown): readonly [number, number] | undefined => {
    if (value === undefined) return undefined;
    const [height, width = height, ...more] = numberList(String(value).replace(/^(\d+)x(\d+)$/i, '$1,$2'));
    const isSide = (side: unknown): side is number =>
      Number.isInteger(side) && (side as number) >= 1 && (side as number) <= LONGEST_SIDE;
    if (more.length > 0 || !isSide(height) || !isSide(width)) {
      throw new UsageError(
        `--${option}: expected N or HEIGHTxWIDTH in pixels, each from 1 to ${LONGEST_SIDE}, got ${String(value)}`,
      );
    }
    return [height, width];
  };
}

/** A key of the section `input`, perhaps with the flag that stands for it behind. */
const INPUT_KEY =
  /\binput\.(size|resize|short_side|interpolation|color|mean|std|scale)\b( \(--size of bench explain\))?/g;

/**
 * Says what an input or a model is refused for in the words of the command line: `--size` where a configuration has `input.size`.
 * @throws what `use` throws, so said
 */
export async function inFlags<T>(use: () => T | Promise<T>): Promise<T> {
  try {
    return await use();
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof ModelError)) throw error;
    const message = error.message.replace(INPUT_KEY, (_, key: string) => `--${key.replace('_', '-')}`);
    if (message === error.message) throw error;
    const Kind = error instanceof ConfigError ? ConfigError : ModelError;
    throw new Kind(message, { cause: error.cause });
  }
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

/** The option `--limit`, for every command that takes the images of a data set. */
export const limitOption = {
  type: 'number',
  coerce: wholeNumber('limit', 1),
  describe: 'only the first N images',
} as const;

/** The option `--fresh`, for every command whose run goes on where it broke off. */
export const freshOption = {
  type: 'boolean',
  default: false,
  describe: 'start over in a new folder; without it a run that broke off goes on',
} as const;

/** The option `--shard`, for every command whose run can be split. */
export const shardedOption = {
  type: 'string',
  coerce: shardOption,
  describe: 'only the Ith of N parts of the images: I/N; bench merge joins them',
} as const;

/** The option `--allow-failures`, for every command that ends with the results of a run. */
export const allowFailuresOption = {
  type: 'boolean',
  default: false,
  describe: 'exit with 0 although images could not be read',
} as const;

/** The option `--partial`, for every command that judges maps from files. */
export const partialOption = {
  type: 'boolean',
  default: false,
  describe: 'leave images without maps out; without it they count as wrong',
} as const;

/** The options `--quiet` and `--verbose`, for every command that tells how it goes on. */
export const talkOptions = {
  quiet: { type: 'boolean', alias: 'q', default: false, describe: 'print results and failures alone' },
  verbose: { type: 'boolean', alias: 'v', default: false, describe: 'say why as well' },
} as const;

/** The option `--set`, for every command that takes a configuration. */
export function setOption(describe: string) {
  return { type: 'string', array: true, nargs: 1, default: [] as string[], describe } as const;
}
