import type { Size } from '../base/size.js';
import type { ExplainedImage } from '../eval/experiment.js';
import { type CompiledNetwork, classAt, scoresOf } from './data-classes.js';

/**
 * What an experiment may do with changed copies of an image.
 * @param input what the network was fed of the image itself, of that size; undefined unless `needs.changes`
 */
export function changedCopies(
  network: CompiledNetwork,
  size: Size,
  input: Float32Array | undefined,
): Pick<ExplainedImage, 'input' | 'score' | 'explain' | 'gradient'> {
  const refuse = (): never => {
    throw new Error('an experiment that changes the image must say so: needs.changes');
  };
  if (input === undefined) {
    return { input: refuse, score: refuse, explain: refuse, gradient: refuse };
  }
  const { explainer, mapping } = network;
  // The explainer takes its images away.
  const ownCopies = (copies: Float32Array, n: number) => ({ images: copies.slice(), n, size });
  const score = async (copies: Float32Array, n: number) => {
    const logits = await explainer.ask({ kind: 'scores', ...ownCopies(copies, n) });
    return Array.from({ length: n }, (_, i) => scoresOf(logits, i, network));
  };
  /** The network's class to explain for each copy and class: where several stand for one, the best on that copy. */
  const bestMembers = async (copies: Float32Array, n: number, classes: readonly number[]) => {
    const members = classes.map((classIndex) => mapping.members(classIndex));
    if (members.every(({ length }) => length === 1)) {
      return Array.from({ length: n }, () => members.map((only) => only[0]!)).flat();
    }
    const scores = await score(copies, n);
    return scores.flatMap(({ logits }) =>
      members.map((ids) => ids.reduce((best, id) => (logits[id]! > logits[best]! ? id : best))),
    );
  };
  return {
    input: () => input,
    score,
    explain: async (copies, n, classes, randomized) => {
      const knownClasses = classes.filter((classIndex) => mapping.members(classIndex).length > 0);
      if (knownClasses.length === 0) return Array.from({ length: n }, () => []);
      const classIds = Int32Array.from(await bestMembers(copies, n, knownClasses));
      const batch = await explainer.ask({ kind: 'maps', ...ownCopies(copies, n), classIds, randomized });
      return Array.from({ length: n }, (_, i) =>
        knownClasses.map((_class, j) => classAt(network, batch, i, j)),
      );
    },
    gradient: async (copies, n, ids) => {
      const classIds = Int32Array.from({ length: n * ids.length }, (_, i) => ids[i % ids.length]!);
      const { logits, gradients } = await explainer.ask({
        kind: 'gradient',
        ...ownCopies(copies, n),
        classIds,
      });
      return { scores: Array.from({ length: n }, (_, i) => scoresOf(logits, i, network)), gradients };
    },
  };
}
