import { DataError, messageOf, TooFewClasses } from '../base/errors.js';
import { createExplainer } from '../explainer/create-explainer.js';
import type { Explainer } from '../explainer/explainer.js';
import { compiledCache } from '../fetch/cache.js';
import { imageSize } from '../images/decode.js';
import type { Failure } from './batches.js';
import type { ExplainOptions } from './explain-options.js';
import { requestsOf } from './explainers.js';
import { labelCount } from './output-labels.js';

/** Compiles the network for the classes asked for, or for all that it has when those are fewer. @throws BenchError */
export async function createFor(
  options: ExplainOptions,
  engine: { readonly engine: string; readonly provider?: string },
): Promise<Explainer> {
  const { input } = options;
  const { top, named } = options.classes;
  const cache = compiledCache(process.env);
  const create = (best: number) =>
    createExplainer({
      ...(cache === undefined ? {} : { cache }),
      model: options.model,
      choice: { output: options.output, score: options.score, classes: labelCount(options) },
      requests: requestsOf(options.methods),
      k: best + named.length,
      classes: named.length === 0 ? 'top' : best === 0 ? 'given' : 'both',
      top: best,
      input: { height: input.height, width: input.width },
      ...(input.resize === 'short-side' ? { anySize: true } : {}),
      ...(options.layer === undefined ? {} : { layer: options.layer }),
      ...engine,
      ...(options.threads === undefined ? {} : { threads: options.threads }),
    });
  return create(top).catch((error: unknown) => {
    const { classCount } = tooFewClasses(error);
    if (options.topAsked)
      options.note(`--top ${top}: the network has ${classCount} classes: all of them are explained`);
    return create(classCount);
  });
}

/** The images whose headers can be read; the others are told of. */
export async function readable(
  images: readonly string[],
  failed: (failure: Failure) => void,
): Promise<readonly string[]> {
  const good: string[] = [];
  for (const path of images) {
    try {
      await imageSize(path);
      good.push(path);
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      failed({ id: path, message: messageOf(error) });
    }
  }
  return good;
}

/** @throws the error itself, when it is another one */
function tooFewClasses(error: unknown): TooFewClasses {
  if (error instanceof TooFewClasses) return error;
  if (error instanceof Error && error.cause instanceof TooFewClasses) return error.cause;
  throw error;
}
