import { ModelError } from '../base/errors.js';
import { type Token, tokens } from './text-tokens.js';

export interface Scalar {
  readonly text: string;
  readonly quoted: boolean;
  readonly line: number;
}

/** A message of protobuf's text format: every field with its values in the order of the file. */
export interface TextMessage {
  readonly fields: ReadonlyMap<string, readonly (Scalar | TextMessage)[]>;
  readonly line: number;
}

/** Caffe nests four deep; a file that goes on and on is not one of its own. */
const DEEPEST = 32;

/**
 * Parses protobuf's text format: `name: value`, `name { … }`, `name < … >`, `name: [ … ]`, adjacent strings joined.
 * Names and types of fields are the reader's business.
 * @param file names the text in messages
 * @throws ModelError with the file, the line and the expected token
 */
export function parseText(source: string, file: string): TextMessage {
  const list = tokens(source, file);
  let at = 0;
  const peek = (): Token => list[at]!;
  const isSymbol = (text: string) => peek().kind === 'symbol' && peek().text === text;
  const take = (text: string): boolean => {
    if (!isSymbol(text)) return false;
    at++;
    return true;
  };
  const fail = (expected: string): never => {
    const { kind, text, line } = peek();
    const actual = kind === 'end' ? 'the file ends' : `found \`${text}\``;
    throw new ModelError(`${file}, line ${line}: expected ${expected}, ${actual}`);
  };

  const scalar = (): Scalar => {
    const { kind, text, line } = peek();
    if (kind === 'word') {
      at++;
      return { text, quoted: false, line };
    }
    if (kind !== 'string') return fail('a value');
    let joined = '';
    for (; peek().kind === 'string'; at++) joined += peek().text;
    return { text: joined, quoted: true, line };
  };
  const nested = (depth: number): TextMessage | undefined => {
    if (take('{')) return message('}', depth);
    if (take('<')) return message('>', depth);
    return undefined;
  };
  const valuesOf = (depth: number): (Scalar | TextMessage)[] => {
    const hasColon = take(':');
    if (hasColon && take('[')) {
      const values: (Scalar | TextMessage)[] = [];
      while (!take(']')) {
        if (values.length > 0 && !take(',')) fail('`,` or `]`');
        values.push(nested(depth) ?? scalar());
      }
      return values;
    }
    const inner = nested(depth);
    if (inner !== undefined) return [inner];
    return hasColon ? [scalar()] : fail('`:` or `{`');
  };
  const message = (close: string | undefined, depth: number): TextMessage => {
    const { line } = peek();
    if (depth > DEEPEST) fail('fewer nested messages');
    const fields = new Map<string, (Scalar | TextMessage)[]>();
    for (;;) {
      if (close === undefined ? peek().kind === 'end' : take(close)) return { fields, line };
      const { kind, text } = peek();
      if (kind !== 'word' || !/^[A-Za-z_]\w*$/.test(text)) {
        fail(close === undefined ? 'the name of a field' : `the name of a field or \`${close}\``);
      }
      at++;
      const values = valuesOf(depth + 1);
      const known = fields.get(text);
      if (known === undefined) fields.set(text, values);
      else known.push(...values);
      if (!take(',')) take(';');
    }
  };
  return message(undefined, 0);
}
