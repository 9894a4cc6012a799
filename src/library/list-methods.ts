import { methods } from '../methods/registry.js';

/** A method, in a line for people. */
export interface ListedMethod {
  readonly name: string;
  readonly summary: string;
  /** Where it was published. */
  readonly reference: string;
}

/** The methods that `loadModel` takes. */
export function listMethods(): readonly ListedMethod[] {
  return [...methods.values()].map(({ name, summary, reference }) => ({ name, summary, reference }));
}
