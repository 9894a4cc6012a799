import { ModelError } from '../errors.js';
import { int64 } from './constants.js';
import { type Constant, type Node, sizeOf } from './graph.js';
import type { Lowered } from './lower.js';
import type { ValueType } from './value-type.js';

export interface Scored {
  readonly nodes: readonly Node[];
  readonly constants: ReadonlyMap<string, Constant>;
  readonly types: ReadonlyMap<string, ValueType>;
  readonly logits: string;
  readonly classCount: number;
}

const TRANSPARENT = new Set(['Reshape', 'Transpose']);

/**
 * Finds the scores: the model's output, or the input of its final softmax, as [N, classes]. The score of a class is
 * its value before softmax (Grad-CAM, section 3).
 * @throws ModelError when no output is one score per class
 */
export function cutSoftmax(lowered: Lowered): Scored {
  const { types } = lowered;
  const makers = new Map(
    lowered.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)),
  );
  const found = lowered.outputs
    .map((output) => beforeSoftmax(output, makers))
    .find((name) => isScore(types.get(name)));
  if (found === undefined) {
    const seen = lowered.outputs.map((name) => `\`${name}\` [N,${types.get(name)?.dims.join(',') ?? '?'}]`);
    throw new ModelError(
      `the model is not a classifier: no output has one score per class (outputs: ${seen.join(', ')})`,
    );
  }
  const type = types.get(found)!;
  const classCount = sizeOf(type.dims);
  if (type.dims.length === 1) return { ...lowered, logits: found, classCount };
  // Fully convolutional heads give [N, classes, 1, 1].
  const logits = `${found}/scores`;
  const shape = `${found}/scores_shape`;
  return {
    nodes: [
      ...lowered.nodes,
      { op: 'Reshape', domain: '', name: logits, inputs: [found, shape], outputs: [logits], attributes: {} },
    ],
    constants: new Map([...lowered.constants, [shape, int64([-1, classCount])]]),
    types: new Map([...types, [logits, { dtype: type.dtype, batched: true, dims: [classCount] }]]),
    logits,
    classCount,
  };
}

function beforeSoftmax(output: string, makers: ReadonlyMap<string, Node>): string {
  for (let name = output; ; ) {
    const maker = makers.get(name);
    if (maker === undefined) return output;
    if (maker.op === 'Softmax' || maker.op === 'LogSoftmax') return maker.inputs[0]!;
    if (!TRANSPARENT.has(maker.op)) return output;
    name = maker.inputs[0]!;
  }
}

function isScore(type: ValueType | undefined): boolean {
  if (type === undefined || !type.batched || type.dtype !== 'float32') return false;
  return sizeOf(type.dims) > 1 && type.dims.filter((dim) => dim > 1).length === 1;
}
