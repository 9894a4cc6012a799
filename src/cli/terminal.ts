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

/** Columns that a table may take: those of a terminal; any number in a pipe or a file, where rows stay lines. */
export function tableWidth(stream: Pick<NodeJS.WriteStream, 'isTTY' | 'columns'> = process.stdout): number {
  return stream.isTTY ? terminal(stream).width : Number.POSITIVE_INFINITY;
}
