import { styleText } from 'node:util';
import type { Tone } from '../base/table.js';
import { wrapped } from '../report/wrapped.js';

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

/** A sentence for a terminal: broken at words where it is wider; as it is in a pipe. */
export function fitNote(text: string, stream: Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>): string {
  const width = tableWidth(stream);
  return text.length <= width ? text : wrapped(text, width).join('\n');
}

/** The colour of a row that is better or worse: green or red. */
export function paintTone(stream: NodeJS.WriteStream = process.stdout) {
  const { paint } = terminal(stream);
  return (tone: Tone, line: string) => paint(tone === 'better' ? 'green' : 'red', line);
}

/** Whether colours are shown on a stream. */
export function hasColours(stream: NodeJS.WriteStream = process.stdout): boolean {
  return terminal(stream).paint('green', 'x') !== 'x';
}

/** Columns that a table may take: those of a terminal; any number in a pipe or a file, where rows stay lines. */
export function tableWidth(stream: Pick<NodeJS.WriteStream, 'isTTY' | 'columns'> = process.stdout): number {
  return stream.isTTY ? terminal(stream).width : Number.POSITIVE_INFINITY;
}
