import { styleText } from 'node:util';

/** What can be shown where a stream leads. */
export interface Terminal {
  /** Columns; 80 where the stream does not say, as in a pipe. */
  readonly width: number;
  /** The text in a colour, or unchanged where colours are not wanted. */
  readonly paint: (colour: Colour, text: string) => string;
}

export type Colour = 'green' | 'yellow' | 'red' | 'dim' | 'bold';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Width and colours of a stream. A pipe, `NO_COLOR` (any value that is not empty; no-color.org) and `TERM=dumb` have
 * no colours.
 */
export function terminal(
  stream: { readonly isTTY?: boolean; readonly columns?: number },
  environment: Environment = process.env,
): Terminal {
  const coloured = stream.isTTY === true && !environment.NO_COLOR && environment.TERM !== 'dumb';
  return {
    width: stream.columns && stream.columns > 0 ? stream.columns : 80,
    paint: (colour, text) => (coloured ? styleText(colour, text, { validateStream: false }) : text),
  };
}

/** The words of a text in lines of at most `width` characters; a longer word, such as a path, stays whole. */
export function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}
