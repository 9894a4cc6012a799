import { createHash } from 'node:crypto';
import { seededRandom } from '../../base/random.js';
import type { Sample } from '../../base/sample.js';
import type { JudgedNetwork, Scores } from '../experiment.js';

/** `random`: any absent class, drawn by the image's id; `least-likely`: the one with the lowest score. */
export type TargetRule = 'random' | 'least-likely';

/** A whole number of 48 bits that depends on the text and the seed alone. */
export function seedOf(text: string, seed: number): number {
  return createHash('sha256').update(`${seed} ${text}`).digest().readUIntBE(0, 6);
}

/**
 * A class of the data set that the image does not show and the network knows, for an attack to aim at.
 * @returns undefined when there is none
 */
export function absentClass(
  { id, labels, objects }: Pick<Sample, 'id' | 'labels' | 'objects'>,
  { classes, members }: Pick<JudgedNetwork, 'classes' | 'members'>,
  scores: Pick<Scores, 'of'>,
  rule: TargetRule,
  seed: number,
): number | undefined {
  const present = new Set([...labels, ...objects.map(({ classIndex }) => classIndex)]);
  const absent = [...classes.keys()].filter((index) => !present.has(index) && members(index).length > 0);
  if (absent.length === 0) return undefined;
  if (rule === 'random') return absent[Math.floor(seededRandom(seedOf(id, seed))() * absent.length)];
  return absent.reduce((least, index) => (scores.of(index) < scores.of(least) ? index : least));
}
