/**
 * An error whose message is written for the user: one line that says what happened, where, and what to do.
 * The command line prints it without a stack trace; every other error is a defect of ours.
 */
export class BenchError extends Error {
  override readonly name: string = 'BenchError';

  /** @param message what it quotes of a file may hold anything: line ends become spaces, control characters `?` */
  constructor(message: string, options?: ErrorOptions) {
    super(message.replace(/[\t\r\n]+/g, ' ').replace(/\p{Cc}/gu, '?'), options);
  }
}

/** The model file cannot be read, or holds something that cannot be explained. */
export class ModelError extends BenchError {
  override readonly name = 'ModelError';
}

/** More classes are to be explained than the network has. */
export class TooFewClasses extends ModelError {
  constructor(
    asked: number,
    readonly classCount: number,
  ) {
    super(
      `cannot explain ${asked} classes of a network that has ${classCount}: its classes may be others than the data set's (dataset.classes, model.mapping); else lower localization.top or experiment.top`,
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

/** Returns the message of anything thrown, on one line, without what a terminal would obey. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text
    .replace(/\s+/g, ' ')
    .replace(/\p{Cc}/gu, '?')
    .trim();
}

/** A runtime refuses a graph or fails while running it. */
export class EngineError extends BenchError {
  override readonly name = 'EngineError';
}
