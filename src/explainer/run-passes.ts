import type { Normaliser } from '../base/probabilities.js';
import type { ScoresAndGradients } from '../base/scores-and-gradients.js';
import type { Activation, ImageShape, MultiPassMethod } from '../methods/method.js';

/** Runs the network on n images [n, 3, H, W] for given classes [n, k]; gradients [n, k, 3, H, W]. */
export type Probe = (images: Float32Array, n: number, classIds: Int32Array) => Promise<ScoresAndGradients>;

/**
 * Explains a batch by a method of many passes: pass p runs on copy p of all its images at once.
 * @param images [n, 3, H, W]
 * @param classIds [n, k]
 * @param probability what turns the network's scores into probabilities
 * @param read the value that the method reads, [n, C, height, width]; the images when it reads them
 * @returns [n, k, height, width] of that value
 */
export async function runPasses(
  method: MultiPassMethod,
  probe: Probe,
  images: Float32Array,
  shape: ImageShape,
  classIds: Int32Array,
  read: Activation = { data: images, shape },
  probability: readonly Normaliser[] = ['softmax'],
): Promise<Float32Array> {
  const size = shape[0] * shape[1] * shape[2];
  const n = images.length / size;
  const k = classIds.length / n;
  const part = <T extends Float32Array | Int32Array>(values: T, i: number) =>
    values.subarray((i * values.length) / n, ((i + 1) * values.length) / n) as T;
  const all = Array.from({ length: n }, (_, i) => {
    const own = { data: part(read.data, i), shape: read.shape };
    return method.passes(part(images, i), shape, part(classIds, i), own, probability);
  });
  for (let pass = 0; pass < (all[0]?.count ?? 0); pass++) {
    const copies = new Float32Array(images.length);
    all.forEach(({ copy }, i) => {
      copy(pass, part(copies, i));
    });
    const { scores, gradients } = await probe(copies, n, classIds);
    all.forEach(({ take }, i) => {
      take(pass, { scores: part(scores, i), gradients: part(gradients, i) });
    });
  }
  const maps = new Float32Array(n * k * read.shape[1] * read.shape[2]);
  all.forEach(({ finish }, i) => {
    part(maps, i).set(finish());
  });
  return maps;
}
