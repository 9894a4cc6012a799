import { ModelError } from '../base/errors.js';
import type { Scalar, TextMessage } from './text-format.js';

/** Typed access to a text message; every error names the place, the field, and the value. */
export class Fields {
  /** @param where how messages name this message, e.g. "net.prototxt, layer `conv1` (Convolution)" */
  constructor(
    readonly where: string,
    readonly message: TextMessage = { fields: new Map(), line: 0 },
  ) {}

  has(name: string): boolean {
    return (this.message.fields.get(name)?.length ?? 0) > 0;
  }

  /** A nested message; an empty one when it is left out, as protobuf does. Repeated ones are merged by no one: the last counts. */
  sub(name: string): Fields {
    return this.subs(name).at(-1) ?? new Fields(this.where);
  }

  subs(name: string): Fields[] {
    return (this.message.fields.get(name) ?? []).map((value) => {
      if (!('fields' in value)) throw this.wrong(name, 'a message `{ … }`', value);
      return new Fields(this.where, value);
    });
  }

  strings(name: string): string[] {
    return this.#scalars(name, 'a string').map((value) => {
      if (!value.quoted) throw this.wrong(name, 'a string in quotes', value);
      return value.text;
    });
  }

  string(name: string, fallback: string): string {
    return this.strings(name).at(-1) ?? fallback;
  }

  numbers(name: string): number[] {
    return this.#scalars(name, 'a number').map((value) => {
      const number = value.quoted ? Number.NaN : numberOf(value.text);
      if (!Number.isFinite(number)) throw this.wrong(name, 'a number', value);
      return number;
    });
  }

  number(name: string, fallback: number): number {
    return this.numbers(name).at(-1) ?? fallback;
  }

  /** Whole numbers of at least `least`. */
  wholes(name: string, least: number): number[] {
    return this.numbers(name).map((value) => {
      if (Number.isSafeInteger(value) && value >= least) return value;
      throw new ModelError(
        `${this.where}: ${name} is ${value}, expected a whole number of at least ${least}`,
      );
    });
  }

  whole(name: string, fallback: number, least = 0): number {
    return this.wholes(name, least).at(-1) ?? fallback;
  }

  bool(name: string, fallback: boolean): boolean {
    const value = this.#scalars(name, 'true or false').at(-1);
    if (value === undefined) return fallback;
    if (!value.quoted && /^(true|True|t|1)$/.test(value.text)) return true;
    if (!value.quoted && /^(false|False|f|0)$/.test(value.text)) return false;
    throw this.wrong(name, 'true or false', value);
  }

  /** An enum by its names; the number of a name, its place in the list, is accepted too, as protobuf writes either. */
  choice<Name extends string>(name: string, names: readonly Name[], fallback: Name): Name {
    const value = this.#scalars(name, 'a name').at(-1);
    if (value === undefined) return fallback;
    const choice = names.find((known, at) => known === value.text || String(at) === value.text);
    if (choice === undefined || value.quoted) throw this.wrong(name, `one of ${names.join(', ')}`, value);
    return choice;
  }

  /** The text of an enum or a string, whichever it is: old files write a type as one, new ones as the other. */
  word(name: string): string | undefined {
    return this.#scalars(name, 'a name').at(-1)?.text;
  }

  wrong(name: string, expected: string, value: Scalar | TextMessage): ModelError {
    const shown = 'fields' in value ? 'a message' : JSON.stringify(value.text);
    return new ModelError(`${this.where}: ${name} in line ${value.line} is ${shown}, expected ${expected}`);
  }

  #scalars(name: string, expected: string): Scalar[] {
    return (this.message.fields.get(name) ?? []).map((value) => {
      if ('fields' in value) throw this.wrong(name, expected, value);
      return value;
    });
  }
}

/** Numbers as protobuf's text format writes them: decimal, hexadecimal, octal, with a trailing f or without. */
function numberOf(text: string): number {
  const sign = text.startsWith('-') ? -1 : 1;
  const digits = text.replace(/^[-+]/, '');
  if (/^0[0-7]+$/.test(digits)) return sign * Number.parseInt(digits, 8);
  if (/^0[xX][0-9a-fA-F]+$/.test(digits)) return sign * Number(digits);
  if (!/^(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?[fF]?$/.test(digits)) return Number.NaN;
  return sign * Number(digits.replace(/[fF]$/, ''));
}
