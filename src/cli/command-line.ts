import type { Argv, CommandModule, Options } from 'yargs';
import { nearest } from '../base/nearest.js';
import { UsageError } from './arguments.js';
import { exampleOf } from './examples.js';

/*
 * Checks a command line before yargs does, and names the wrong word itself. Yargs would first complain of a missing
 * argument, and would not check arguments behind `--` at all.
 */

/** The command that yargs itself has: a script for the shell. */
export const COMPLETION = 'completion';

type Command = Pick<CommandModule, 'command' | 'builder'>;

interface Positional {
  readonly name: string;
  readonly required: boolean;
  readonly many: boolean;
}

interface Shape {
  readonly name: string;
  readonly positionals: readonly Positional[];
  readonly options: ReadonlyMap<string, Options>;
}

/** What a command's builder says, without yargs. */
function shapeOf({ command, builder }: Command): Shape {
  const [name = '', ...positionals] = String(command).split(' ');
  const options = new Map<string, Options>();
  const recorder = {
    positional: () => recorder,
    option: (option: string, described: Options) => {
      options.set(option, described);
      return recorder;
    },
    options: (described: Readonly<Record<string, Options>>) => {
      for (const [option, one] of Object.entries(described)) options.set(option, one);
      return recorder;
    },
    example: () => recorder,
  };
  if (typeof builder === 'function') builder(recorder as unknown as Argv);
  return {
    name,
    options,
    positionals: positionals.map((text) => ({
      name: text.replace(/[<>[\].]/g, ''),
      required: text.startsWith('<'),
      many: text.includes('..'),
    })),
  };
}

function commandNamed(word: string | undefined, commands: readonly Command[]): Shape {
  const shapes = commands.map(shapeOf);
  const shape = shapes.find(({ name }) => name === word);
  if (shape !== undefined) return shape;
  const names = [...shapes.map(({ name }) => name), COMPLETION];
  const all = `the commands are ${names.join(', ')}`;
  if (word === undefined) throw new UsageError(`a command is missing (${all})`);
  const near = nearest(word, names);
  const meant = near === undefined ? '' : ` (did you mean ${near}?)`;
  throw new UsageError(`there is no command \`${word}\`${meant}: ${all}`);
}

/** Where the command stands: first, or behind options, one of whose values it then is not. */
function place(argv: readonly string[], commands: readonly Command[]): number {
  const names = commands.map(({ command }) => String(command).split(' ')[0]);
  const named = argv.findIndex((word) => names.includes(word));
  const behind = argv[0]?.startsWith('-') === true && named >= 0;
  return behind ? named : argv.findIndex((word) => !word.startsWith('-'));
}

const kebab = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** The words behind the command. */
class Reader {
  readonly positionals: string[] = [];
  readonly options = new Map<string, string[]>();
  readonly #shape: Shape;
  readonly #words: readonly string[];
  #at = 0;

  constructor(shape: Shape, words: readonly string[]) {
    this.#shape = shape;
    this.#words = words;
    while (this.#at < words.length) {
      const word = words[this.#at++]!;
      if (word === '--') {
        this.positionals.push(...words.slice(this.#at));
        break;
      }
      const long = this.#longOf(word);
      if (long !== undefined) this.#option(long);
      else if (/^-./.test(word)) throw this.#unknown(word);
      else this.positionals.push(word);
    }
  }

  /** The option that a word is: as it is written, or of its one letter. */
  #longOf(word: string): string | undefined {
    if (/^--./.test(word)) return word;
    const [, letter] = /^-([a-z])$/.exec(word) ?? [];
    const entry = [...this.#shape.options].find(([, { alias }]) => letter !== undefined && alias === letter);
    return entry && `--${entry[0]}`;
  }

  #option(word: string): void {
    const [, written = '', , joined] = /^--([^=]*)(=([\s\S]*))?$/.exec(word) ?? [];
    const plain = kebab(written);
    const negated = plain.startsWith('no-') && this.#shape.options.get(plain.slice(3))?.type === 'boolean';
    const name = negated ? plain.slice(3) : plain;
    const option = this.#shape.options.get(name);
    if (option === undefined) throw this.#unknown(`--${written}`);
    if (option.type === 'boolean') {
      this.options.set(name, [negated ? 'false' : (joined ?? this.#truth())]);
      return;
    }
    if (this.options.has(name) && option.array !== true) {
      throw new UsageError(`--${name} is given twice; it takes one value`);
    }
    const values = joined === undefined ? this.#values(name, option) : [joined];
    if (values.some((value) => value === '')) throw this.#lacking(name);
    checkChoice(name, option, values[0]!);
    // yargs turns a text that is no number into NaN before its own check.
    if (option.type === 'number') option.coerce?.(values[0]);
    this.options.set(name, [...(this.options.get(name) ?? []), ...values]);
  }

  #truth(): string {
    const next = this.#words[this.#at];
    if (next !== 'true' && next !== 'false') return 'true';
    this.#at++;
    return next;
  }

  #values(name: string, { nargs: count = 1, requiresArg }: Options): string[] {
    // A number that may be left out is 1.
    if (requiresArg === false && !/^-?[\d.]+$/.test(this.#words[this.#at] ?? '')) return ['1'];
    const values = this.#words.slice(this.#at, this.#at + count);
    if (values.length < count || values.some((value) => value.startsWith('--'))) throw this.#lacking(name);
    this.#at += count;
    return values;
  }

  #lacking(name: string): UsageError {
    const { describe = '', nargs = 1 } = this.#shape.options.get(name)!;
    const what = nargs === 1 ? 'a value' : `${nargs} values`;
    return new UsageError(`--${name} needs ${what}: ${describe}`);
  }

  #unknown(word: string): UsageError {
    const { name, options } = this.#shape;
    const known = [...options.keys()];
    const near = nearest(kebab(word.replace(/^-+/, '')), [...known, 'help', 'version']);
    const hints = near === undefined ? [] : [`did you mean --${near}?`];
    if (!word.startsWith('--')) hints.push(`a file of that name stands behind --, as in -- ${word}`);
    const all = known.length === 0 ? 'no options' : known.map((option) => `--${option}`).join(', ');
    if (hints.length === 0) hints.push(`bench ${name} has ${all}`);
    return new UsageError(`Unknown argument: ${word.replace(/^--/, '')} (${hints.join(' ')})`);
  }
}

function checkChoice(name: string, { choices }: Options, value: string): void {
  const known = (choices as readonly string[] | undefined)?.map(String);
  if (known === undefined || known.includes(value)) return;
  const near = nearest(value, known);
  const hint = near === undefined ? '' : ` (did you mean ${near}?)`;
  throw new UsageError(`--${name}: expected ${known.join(', ')}, got ${value}${hint}`);
}

function checkPositionals({ name, positionals }: Shape, words: readonly string[]): void {
  const upper = (one: Positional) => one.name.toUpperCase();
  const missing = positionals.find(({ required }, i) => required && i >= words.length);
  if (missing !== undefined) {
    const all = positionals.map((one) => `${upper(one)}${one.many ? '…' : ''}`).join(' ');
    throw new UsageError(
      `bench ${name} ${all}: ${upper(missing)} is missing; for example: ${exampleOf(name)}`,
    );
  }
  const extra = words[positionals.length];
  if (extra === undefined || positionals.some(({ many }) => many)) return;
  const takes =
    positionals.length === 0 ? 'no arguments' : `${positionals.map(upper).join(', ')} and no more`;
  throw new UsageError(`Unknown argument: ${extra} (bench ${name} takes ${takes})`);
}

/**
 * The command line in a form that leaves yargs nothing to guess: positionals first, a file whose name begins with a dash as
 * `./-…`, each option with its value.
 * @throws UsageError that names the unknown word (with the nearest known one), the missing one (with an example), or
 *   the one too many
 */
export function checkedCommandLine(argv: readonly string[], commands: readonly Command[]): string[] {
  if (argv[0] === 'help') return [...argv.slice(1), '--help'];
  if (argv[0] === COMPLETION && argv.length === 1) return [...argv];
  if (argv.includes('--get-yargs-completions')) return [...argv];
  const before = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
  if (before.some((word) => word === '--help' || word === '--version')) return [...argv];
  const shape = commandNamed(argv[place(argv, commands)], commands);
  const words = argv.filter((_, i) => i !== place(argv, commands));
  const { positionals, options } = new Reader(shape, words);
  checkPositionals(shape, positionals);
  for (const [name, { demandOption }] of shape.options) {
    if (!demandOption || options.has(name)) continue;
    throw new UsageError(`Missing required argument: ${name}; for example: ${exampleOf(shape.name)}`);
  }
  return [
    shape.name,
    ...positionals.map((word) => (word.startsWith('-') ? `./${word}` : word)),
    ...[...options].flatMap(([name, values]) => {
      const { nargs = 1 } = shape.options.get(name)!;
      return nargs > 1 ? [`--${name}`, ...values] : values.map((value) => `--${name}=${value}`);
    }),
  ];
}
