import { EngineError } from '../base/errors.js';
import { ThreadEnded } from '../explainer/threaded-explainer.js';

/** The end of a network's thread as the documented error; any other error as it is. @throws always */
export function throwDocumented(error: unknown): never {
  throw error instanceof ThreadEnded ? new EngineError(error.message, { cause: error }) : error;
}
