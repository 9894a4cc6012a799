import type { Node } from '../../onnx/graph.js';
import { activation } from './activation.js';
import { arithmetic } from './arithmetic.js';
import { arranging } from './arranging.js';
import { blocks } from './blocks.js';
import { comparison } from './comparison.js';
import { constant } from './constant.js';
import { convolution } from './convolution.js';
import { elementary } from './elementary.js';
import { extending } from './extending.js';
import { indexing } from './indexing.js';
import { joining } from './joining.js';
import { linear } from './linear.js';
import { normalization } from './normalization.js';
import type { Operator } from './operator.js';
import { pooling } from './pooling.js';
import { rectifier } from './rectifier.js';
import { reduction } from './reduction.js';
import { resize } from './resize.js';
import type { RuleTable } from './rule.js';
import { type OperatorSchema, parseSchema } from './schema.js';
import { slicing } from './slicing.js';
import { softmax } from './softmax.js';
import type { Trait } from './traits.js';

/** Every operator that a model may hold. It belongs to one family. */
export const OPERATORS: ReadonlyMap<string, Operator> = new Map(
  [
    convolution,
    linear,
    pooling,
    reduction,
    rectifier,
    activation,
    softmax,
    normalization,
    arithmetic,
    elementary,
    comparison,
    arranging,
    blocks,
    joining,
    extending,
    slicing,
    indexing,
    resize,
    constant,
  ].flatMap((family) => Object.entries(family)),
);

const SCHEMAS: ReadonlyMap<string, OperatorSchema> = new Map(
  [...OPERATORS].map(([op, { schema }]) => [op, parseSchema(schema)] as const),
);

const TRAITS: ReadonlyMap<string, ReadonlySet<Trait>> = new Map(
  [...OPERATORS].map(([op, { traits }]) => [op, new Set(traits)] as const),
);

/** The operator of a node; undefined for those that are not understood. */
export function operatorOf({ op, domain }: Pick<Node, 'op' | 'domain'>): Operator | undefined {
  return domain === '' ? OPERATORS.get(op) : undefined;
}

export function schemaOf({ op, domain }: Pick<Node, 'op' | 'domain'>): OperatorSchema | undefined {
  return domain === '' ? SCHEMAS.get(op) : undefined;
}

/** Whether a node's operator has a trait. One that is not understood has none. */
export function hasTrait({ op, domain }: Pick<Node, 'op' | 'domain'>, trait: Trait): boolean {
  return domain === '' && TRAITS.get(op)?.has(trait) === true;
}

/** The gradient of every operator that has one. */
export const gradientRules: RuleTable = rulesOf('gradient');

/** What excitation backprop does at each operator that it knows. */
export const excitationRules: RuleTable = rulesOf('excitation');

function rulesOf(kind: 'gradient' | 'excitation'): RuleTable {
  return Object.fromEntries(
    [...OPERATORS].flatMap(([op, { [kind]: rule }]) => (rule === undefined ? [] : [[op, rule] as const])),
  );
}
