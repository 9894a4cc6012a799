import { quote } from '../../base/quote.js';
import type { Masks } from './masks.js';
import type { Truths } from './truths.js';

/* Lines for people about a folder, so that nothing of it is passed over in silence. */

const some = (list: readonly string[]) =>
  `${list
    .slice(0, 3)
    .map((one) => quote(one))
    .join(', ')}${list.length > 3 ? ', …' : ''}`;

/** Pictures that the annotations say nothing of. @param usable those of the data set */
export function leftOut(
  paths: readonly string[],
  usable: readonly string[],
  truths: Truths | undefined,
): readonly string[] {
  const { listed } = truths ?? {};
  if (truths === undefined || listed === undefined) return [];
  const without = paths.filter((one) => !listed.has(one));
  if (without.length === 0) return [];
  const outcome = usable === paths ? 'have labels alone' : 'are left out';
  return [
    `${without.length} of ${paths.length} pictures have no ${truths.word} and ${outcome}: ${some(without)}`,
  ];
}

/** Pictures without a mask, and masks without a picture. */
export function maskNotes(
  usable: readonly string[],
  masks: Masks | undefined,
  root: string | undefined,
): readonly string[] {
  if (masks === undefined) return [];
  const without = usable.filter((one) => !masks.has(one));
  return [
    ...(without.length === 0
      ? []
      : [`${without.length} of ${usable.length} pictures have no mask in ${root}: ${some(without)}`]),
    ...(masks.orphans.length === 0
      ? []
      : [`${masks.orphans.length} masks in ${root} are of no picture: ${some(masks.orphans)}`]),
  ];
}
