import { onOneLine } from './quote.js';

/**
 * Letters of a message. A longer message quotes a file that was made to be long. It keeps its beginning and its end.
 */
const MOST = 1000;
/** Letters of what others say, an engine or the system: our own words and a path have to fit beside them. */
const MOST_OF_OTHERS = 600;
/** Room for the words that stand for the cut part. */
const CUT = 30;

/** The text, cut in the middle where it is longer than `most`, which is at least 100. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  const beginning = Math.round((most - CUT) * 0.7);
  const end = most - CUT - beginning;
  return `${text.slice(0, beginning)} … (${text.length - beginning - end} letters) … ${text.slice(-end)}`;
}

/**
 * An error whose message is written for the user: one line that says what happened, where, and what to do.
 * The command line prints it without a stack trace; every other error is a defect of ours.
 */
export class BenchError extends Error {
  override readonly name: string = 'BenchError';

  /**
   * @param message what it quotes of a file may hold anything: line ends become spaces, control characters `?`, and what
   *   is longer than 1000 letters is cut in the middle
   */
  constructor(message: string, options?: ErrorOptions) {
    super(onOneLine(shortened(message, MOST)), options);
  }
}

/** The model file cannot be read, or holds something that cannot be explained. */
export class ModelError extends BenchError {
  override readonly name = 'ModelError';
}

/** More classes are to be explained than the network has. */
export class TooFewClasses extends ModelError {
  constructor(
    wanted: number,
    readonly classCount: number,
  ) {
    super(
      `cannot explain ${wanted} classes of a network that has ${classCount}: its classes may be others than the data set's (dataset.classes, model.mapping); else lower localization.top or experiment.top`,
    );
  }
}

/** The configuration is wrong: an unknown key, a bad value, a missing variable. */
export class ConfigError extends BenchError {
  override readonly name = 'ConfigError';
}

/** A data set, an annotation or an image cannot be read, or contradicts itself. */
export class DataError extends BenchError {
  override readonly name = 'DataError';
}

/** The system's code of an error, such as ENOENT; undefined for others. */
export function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code;
}

/** Returns the message of anything thrown, on one line of bounded length, without what a terminal would obey. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const most = error instanceof BenchError ? MOST : MOST_OF_OTHERS;
  return onOneLine(shortened(text, most)).replace(/\s+/g, ' ').trim();
}

/** A runtime refuses a graph or fails while running it. */
export class EngineError extends BenchError {
  override readonly name = 'EngineError';
}

const CLASSES = [ModelError, ConfigError, DataError, EngineError] as const;

/** The error of a thread, of its class again: a message between threads loses it. @param name of the error there */
export function revivedError(name: string, message: string): BenchError {
  const Class = CLASSES.find((one) => one.name === name) ?? BenchError;
  return new Class(message);
}
