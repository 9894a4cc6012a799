import { stat } from 'node:fs/promises';
import type { Size } from '../base/size.js';
import type { Explainer } from './explainer.js';

const SMALL_BYTES = 64 * 2 ** 20;

/**
 * How many sizes of a model to hold at once. Each has its own copy of the weights, and keeps the memory of its largest batch:
 * with gradients at the input of several classes that is more than the weights.
 */
export async function capacityFor(model: string): Promise<number> {
  const { size } = await stat(model);
  return size <= SMALL_BYTES ? 4 : 2;
}

/**
 * An explainer for images of any size. A compiled graph has fixed shapes, so there is one for each size, made when it is
 * first asked for; of those that were not asked for the longest are closed. What an image gets does not depend on which
 * sizes came before. One question at a time.
 *
 * @param make an explainer of one size
 * @param nominal the size of questions that name none
 */
export async function anySizeExplainer(
  make: (size: Size) => Promise<Explainer>,
  nominal: Size,
  capacity: number,
): Promise<Explainer> {
  // The one asked for last stands last.
  const explainers = new Map<string, Explainer>();
  const of = async (size: Size): Promise<Explainer> => {
    const key = `${size.height}x${size.width}`;
    const existing = explainers.get(key);
    explainers.delete(key);
    while (existing === undefined && explainers.size >= capacity) {
      const [oldest, explainer] = [...explainers][0]!;
      explainers.delete(oldest);
      await explainer.close();
    }
    const explainer = existing ?? (await make(size));
    explainers.set(key, explainer);
    return explainer;
  };
  const facts = await of(nominal);
  return {
    ...facts,
    ask: async (question) => (await of(question.size ?? nominal)).ask(question),
    close: async () => {
      await Promise.all([...explainers.values()].map((explainer) => explainer.close()));
      explainers.clear();
    },
  };
}
