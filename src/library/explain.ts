import type { Explanation } from './explanation.js';
import { loadModel } from './load-model.js';
import type { ExplainOptions, LoadOptions } from './options.js';
import type { Picture } from './picture.js';

/**
 * Explains one picture with a network that is loaded and closed again. For more than one picture, `loadModel` once.
 * @param file path or file URL of an ONNX file, or the name of a fetched network
 * @throws as `loadModel` and `Model.explain` do
 */
export async function explain(
  file: string | URL,
  picture: Picture,
  { classes, ...options }: LoadOptions & ExplainOptions = {},
): Promise<Explanation> {
  const model = await loadModel(file, options);
  try {
    return await model.explain(picture, { classes, signal: options.signal });
  } finally {
    const closed = model.close();
    // A network that is at work closes when it is done: the signal's reason does not wait for that.
    if (options.signal?.aborted) closed.catch(() => {});
    else await closed;
  }
}
