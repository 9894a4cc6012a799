import { ModelError } from '../base/errors.js';
import type { GraphBuilder } from '../graph/builder.js';

export const GIVEN_CLASS_IDS = 'bench_given_class_ids';

/** Which classes of an image are explained, beside how many. */
export interface ClassChoice {
  /** Classes explained per image, chosen and given together. */
  readonly k: number;
  /**
   * `top`: the graph picks the k best scores itself; `given`: ids [N, k] are an input; `both`: the best `top` first,
   * then k − `top` given ones, ids [N, k − top].
   */
  readonly classes: 'top' | 'given' | 'both';
  /** With `both`. */
  readonly top?: number;
  /**
   * The network's classes that each class asked for stands for, when they are not the network's own: a class has the
   * score of the best of its members, and that member is explained. Given ids are then indices into this list.
   */
  readonly groups?: readonly (readonly number[])[];
}

/** How many ids an image brings with it. */
export function givenCount({ k, classes, top = 0 }: ClassChoice): number {
  if (classes === 'top') return 0;
  return classes === 'given' ? k : k - top;
}

/**
 * The classes explained, [N, k] int64, ids of the network's classes: the best, then those that are given.
 * @throws ModelError when a group names a class that the network does not have, or fewer groups have members than
 *   guesses are asked for
 */
export function chosenClasses(b: GraphBuilder, choice: ClassChoice): string {
  const givenPlaces = givenCount(choice);
  const top = choice.k - givenPlaces;
  const members = choice.groups && memberTable(b, choice.groups, top);
  const parts: string[] = [];
  if (top > 0)
    parts.push(members === undefined ? bestOf(b, b.network.logits, top) : bestMembers(b, members, top));
  if (givenPlaces > 0) {
    const ids = b.input({ name: GIVEN_CLASS_IDS, dtype: 'int64', shape: ['N', givenPlaces] });
    parts.push(members === undefined ? ids : bestMember(b, members, ids, givenPlaces).ids);
  }
  return parts.length === 1 ? parts[0]! : b.add('Concat', parts, { axis: { type: 'int', value: 1 } });
}

function bestOf(b: GraphBuilder, scores: string, count: number): string {
  return b.addMany('TopK', [scores, b.ints([count])], 2)[1]!;
}

/** [groups, classes]: 0 where the class is a member, −∞ elsewhere; added to the scores, it leaves a group's own. */
interface MemberTable {
  readonly table: string;
  readonly groups: number;
}

function memberTable(b: GraphBuilder, groups: readonly (readonly number[])[], top: number): MemberTable {
  const { classCount } = b.network;
  const filled = groups.filter((members) => members.length > 0).length;
  if (filled < top)
    throw new ModelError(`cannot explain ${top} classes: only ${filled} stand for any of the network's`);
  const table = new Float32Array(groups.length * classCount).fill(Number.NEGATIVE_INFINITY);
  groups.forEach((members, group) => {
    for (const member of members) {
      if (member >= classCount)
        throw new ModelError(
          `model.mapping names the network's class ${member}, counted from 0; it has ${classCount} (model.background: true counts one more)`,
        );
      table[group * classCount + member] = 0;
    }
  });
  return { table: b.constant('float32', [groups.length, classCount], table), groups: groups.length };
}

/** Per group asked for, [N, count] ids of groups, its best member: that one's score and id, [N, count] each. */
function bestMember(b: GraphBuilder, { table }: MemberTable, groupIds: string, count: number) {
  const rows = b.add('Gather', [table, groupIds], { axis: { type: 'int', value: 0 } });
  const [scores, ids] = b.addMany('TopK', [b.add('Add', [rows, spread(b)]), b.ints([1])], 2);
  return { scores: b.reshape(scores!, [-1, count]), ids: b.reshape(ids!, [-1, count], 'int64') };
}

/** The best members of the `count` best groups. */
function bestMembers(b: GraphBuilder, members: MemberTable, count: number): string {
  const { table, groups } = members;
  const all = b.add('Add', [table, spread(b)]);
  const scores = b.reshape(b.addMany('TopK', [all, b.ints([1])], 2)[0]!, [-1, groups]);
  return bestMember(b, members, bestOf(b, scores, count), count).ids;
}

/** [N, 1, classes] */
function spread(b: GraphBuilder): string {
  return b.reshape(b.network.logits, [-1, 1, b.network.classCount]);
}
