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
  const made = new Map<string, Explainer>();
  const of = async (size: Size): Promise<Explainer> => {
    const key = `${size.height}x${size.width}`;
    const found = made.get(key);
    made.delete(key);
    while (found === undefined && made.size >= capacity) {
      const [oldest, explainer] = [...made][0]!;
      made.delete(oldest);
      await explainer.close();
    }
    const explainer = found ?? (await make(size));
    made.set(key, explainer);
    return explainer;
  };
  const { device, classCount, scored, notes, k, inputShape, outputs } = await of(nominal);
  return {
    ...{ device, classCount, scored, notes, k, inputShape, outputs },
    run: async (images, n, classIds, size = nominal) => (await of(size)).run(images, n, classIds),
    score: async (images, n, size = nominal) => (await of(size)).score(images, n),
    explain: async (images, n, classIds, randomized, size = nominal) =>
      (await of(size)).explain(images, n, classIds, randomized),
    gradient: async (images, n, classIds, size = nominal) => (await of(size)).gradient(images, n, classIds),
    close: async () => {
      await Promise.all([...made.values()].map((explainer) => explainer.close()));
      made.clear();
    },
  };
}
