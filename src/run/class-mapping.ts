import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { ConfigError, DataError, messageOf } from '../base/errors.js';
import { readWholeText } from '../base/read-file.js';
import type { ClassInfo } from '../base/sample.js';
import { readLabels } from '../cards/class-names.js';
import { describeIssue } from '../config/issues.js';
import type { NetworkConfig } from '../config/schema.js';
import { section } from '../config/section.js';
import type { Tree } from '../config/tree.js';

/** How the data set's classes and the network's correspond. */
export interface ClassMapping {
  /** Per class of the data set, those of the network's that stand for it; of another order than one to one only. */
  readonly groups?: readonly (readonly number[])[];
  /** The network's classes for a class of the data set; empty when it knows none. */
  readonly members: (classIndex: number) => readonly number[];
  /** The class of the data set for one of the network's; −1 when there is none. */
  readonly classOf: (networkClass: number) => number;
  /** What an explainer is given to explain this class: a group, or else the network's class. */
  readonly idOf: (classIndex: number) => number;
}

/** The network's classes are the data set's, in the same order, perhaps behind a background class. */
export function oneToOne(offset: 0 | 1): ClassMapping {
  return {
    members: (classIndex) => [classIndex + offset],
    classOf: (networkClass) => networkClass - offset,
    idOf: (classIndex) => classIndex + offset,
  };
}

const schema = section({
  title: z.string(),
  source: z.string(),
  /** File of the network's classes in its order, beside the mapping. */
  network_classes: z.string(),
  /** Per class of the data set, ids of the network's classes. */
  classes: z.record(z.string(), z.array(z.string())),
  /** Why these, for people: per class of the data set. */
  notes: z.record(z.string(), z.string()).optional(),
});

/**
 * Reads a mapping from a data set's classes to a network's. Classes that the file does not list have no counterpart.
 * @throws DataError naming the file and the class: a class of neither list, or one of the network's used twice
 */
export async function readMapping(
  path: string,
  classes: readonly ClassInfo[],
  offset: 0 | 1,
): Promise<ClassMapping & { readonly networkClasses: number }> {
  const file = await parsed(path);
  const network = await readLabels(resolve(dirname(path), file.network_classes));
  const index = new Map(network.map(({ id }, i) => [id, i]));
  const classOf = new Map<number, number>();
  const ids = new Set(classes.map(({ id }) => id));
  if (!Object.keys(file.classes).some((id) => ids.has(id))) {
    throw new DataError(
      `${path}: maps none of the data set's ${classes.length} classes; choose another mapping`,
    );
  }
  const groups = classes.map(({ id }, classIndex) =>
    (file.classes[id] ?? []).map((member) => {
      const networkClass = index.get(member);
      if (networkClass === undefined) {
        throw new DataError(`${path}: class ${id}: ${file.network_classes} has no class ${member}`);
      }
      const other = classOf.get(networkClass + offset);
      if (other !== undefined) {
        throw new DataError(
          `${path}: ${member} stands for both ${classes[other]!.id} and ${id}; it can stand for one`,
        );
      }
      classOf.set(networkClass + offset, classIndex);
      return networkClass + offset;
    }),
  );
  return {
    groups,
    members: (classIndex) => groups[classIndex] ?? [],
    classOf: (networkClass) => classOf.get(networkClass) ?? -1,
    idOf: (classIndex) => classIndex,
    networkClasses: network.length,
  };
}

async function parsed(path: string) {
  const text = await readWholeText(path, 'a mapping of classes');
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw new DataError(`${path}: no mapping of classes could be read: ${messageOf(error)}`);
  }
  const result = schema.safeParse(document);
  if (result.success) return result.data;
  throw new DataError(`${path}: ${describeIssue(result.error.issues[0]!, document as Tree)}`);
}

/** The mapping of a network's classes. @throws DataError */
export async function classMapping(
  { model }: NetworkConfig,
  classes: readonly ClassInfo[],
): Promise<ClassMapping & { readonly networkClasses: number }> {
  const offset = model.background ? 1 : 0;
  if (model.mapping !== undefined) return readMapping(model.mapping, classes, offset);
  return { ...oneToOne(offset), networkClasses: classes.length };
}

/** @throws ConfigError when the network has another number of classes than its mapping, or the data set */
export function checkClassCount({ name, model }: NetworkConfig, outputs: number, classes: number): void {
  const expected = classes + (model.background ? 1 : 0);
  if (outputs === expected) return;
  const whose = model.mapping === undefined ? 'the data set' : 'the mapping';
  const advice =
    outputs === classes + 1
      ? 'if its first output is a background class, set model.background: true'
      : outputs === classes
        ? 'remove model.background, it has no background class'
        : 'choose the data set that it was trained for, name its classes in dataset.classes, or say in model.mapping which classes correspond';
  throw new ConfigError(`network \`${name}\` has ${outputs} classes, ${whose} ${classes}; ${advice}`);
}
