import { ModelError } from '../base/errors.js';

export interface Token {
  /** `word` covers identifiers and numbers: the field that takes one knows which it must be. */
  readonly kind: 'word' | 'string' | 'symbol' | 'end';
  readonly text: string;
  readonly line: number;
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
};
const BLANK = /(?:[ \t\r\f\v]|#[^\n]*)+/y;
const WORD = /[-+]?[A-Za-z0-9_.]+(?:(?<=[eE])[-+][0-9]+)?/y;
const STRING = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/y;

/**
 * Cuts protobuf's text format into tokens; comments run from `#` to the end of the line.
 * @param file names the text in messages
 * @throws ModelError at a character that the format does not have
 */
export function tokens(source: string, file: string): Token[] {
  const tokens: Token[] = [];
  let line = 1;
  let at = source.charCodeAt(0) === 0xfeff ? 1 : 0;
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const text = pattern.exec(source)?.[0];
    if (text !== undefined) at += text.length;
    return text;
  };
  while (at < source.length) {
    const char = source[at]!;
    if (char === '\n') {
      line++;
      at++;
    } else if (match(BLANK) !== undefined) {
    } else if ('{}<>[]:,;'.includes(char)) {
      tokens.push({ kind: 'symbol', text: char, line });
      at++;
    } else {
      const word = match(WORD);
      const text = word ?? match(STRING);
      if (text === undefined) {
        const what = char === '"' || char === "'" ? 'a string that does not end' : `\`${char}\``;
        throw new ModelError(`${file}, line ${line}: ${what} is no part of a prototxt file`);
      }
      tokens.push(
        word === undefined ? { kind: 'string', text: unquoted(text), line } : { kind: 'word', text, line },
      );
    }
  }
  return [...tokens, { kind: 'end', text: '', line }];
}

function unquoted(quoted: string): string {
  return quoted.slice(1, -1).replace(/\\(x[0-9a-fA-F]{1,2}|[0-7]{1,3}|.)/g, (_, code: string) => {
    if (/^x./.test(code)) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    if (/^[0-7]/.test(code)) return String.fromCharCode(Number.parseInt(code, 8));
    return ESCAPES[code] ?? code;
  });
}
