import type { Argv } from 'yargs';
import type { Said } from '../cards/expected.js';
import type { LayeredInput } from '../cards/layered.js';
import { PRESETS, type PresetName } from '../cards/presets.js';
import { parseInput } from '../config/load.js';
import type { InputSpec } from '../images/preprocess.js';
import { inputSpec } from '../run/input-spec.js';
import { imageSides, inFlags, numberList, UsageError, wholeNumber } from './arguments.js';

/** The preprocessing as flags say it. */
export interface InputFlags {
  readonly preset: PresetName | undefined;
  readonly size: readonly [number, number] | undefined;
  readonly resize: string | undefined;
  readonly shortSide: number | undefined;
  readonly interpolation: string | undefined;
  readonly color: string | undefined;
  readonly mean: string | undefined;
  readonly std: string | undefined;
  readonly scale: string | undefined;
}

const GROUP = 'Preprocessing (over what the card says, each flag for itself):';

export function inputOptions(yargs: Argv): Argv {
  return valueOptions(yargs.option('resize', one('warp, crop or short-side')));
}

const one = (describe: string) => ({ type: 'string', group: GROUP, describe }) as const;

/** All but `--resize`. */
export function valueOptions(yargs: Argv): Argv {
  return yargs
    .option('preset', { choices: PRESETS, group: GROUP, describe: 'preprocessing by its name' })
    .option('size', {
      type: 'string',
      coerce: imageSides('size'),
      group: GROUP,
      describe: 'input size: N or HxW',
    })
    .option('short-side', {
      type: 'number',
      coerce: wholeNumber('short-side', 1),
      group: GROUP,
      describe: 'with crop: what the short side is scaled to first',
    })
    .option('interpolation', one('bilinear or bicubic'))
    .option('color', one('rgb or bgr'))
    .option('mean', one('subtracted after scaling: one number or a,b,c'))
    .option('std', one('divides at the end: one number or a,b,c'))
    .option('scale', one('multiplies the pixel 0…255 first, such as 1/255'));
}

const FRACTION = /^[\d.]+\s*\/\s*[\d.]+$/;

function channels(text: string): unknown {
  const parts = numberList(text);
  // What is no list is shown as it was written.
  if (!parts.every((part) => typeof part === 'number' || FRACTION.test(part))) return text;
  return parts.length === 1 ? parts[0] : parts;
}

function inputKeys(flags: InputFlags): Record<string, unknown> {
  const { size, resize, shortSide, interpolation, color, mean, std, scale } = flags;
  const given = {
    size: size && [...size],
    resize,
    short_side: shortSide,
    interpolation,
    color,
    mean: mean && channels(mean),
    std: std && channels(std),
    scale: scale && channels(scale),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** What the flags say. @throws ConfigError for a value that is none, in the words of the command line */
export async function saidByFlags(flags: InputFlags): Promise<Said> {
  const input = inputKeys(flags);
  await inFlags(() => parseInput(input));
  return { from: 'flags', preset: flags.preset, input };
}

/** A short side that no crop reads was meant for something. @throws UsageError */
export function refuseIdleSide(
  { shortSide }: Pick<InputFlags, 'shortSide'>,
  { resize }: Pick<InputSpec, 'resize'>,
): void {
  if (shortSide === undefined || resize === 'crop') return;
  throw new UsageError(
    `--short-side ${shortSide}: it is for pictures that are cropped, and these have resize: ${resize}; leave it out, or name a preset or write a card that crops`,
  );
}

/** The preprocessing of all that is said. @throws ConfigError for parts that contradict each other */
export function specOf({ input }: LayeredInput): Promise<InputSpec> {
  return inFlags(() => inputSpec(parseInput({ ...input })));
}
