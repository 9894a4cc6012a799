import { ModelError } from '../base/errors.js';
import { hint } from '../base/nearest.js';
import type { Graph, ValueInfo } from '../onnx/graph.js';
import { withoutDead } from './live.js';
import type { OutputChoice } from './prepared-network.js';
import { probe } from './probe.js';
import { isScore } from './scores/find.js';
import type { ValueType } from './value-type.js';

/** The part of a graph that one of its outputs needs: other heads are gone before anything of them is checked. */
export function reducedTo(graph: Graph, output: ValueInfo): Graph {
  const live = withoutDead(graph.nodes, graph.constants, [output.name]);
  const read = new Set([output.name, ...live.nodes.flatMap(({ inputs }) => inputs)]);
  return { ...graph, ...live, outputs: [output], inputs: graph.inputs.filter(({ name }) => read.has(name)) };
}

/**
 * Reduces a graph to the output that holds its scores: the one that is named; else the only one; else the only one that
 * fits, with one score per class.
 * @param prepared brings a reduced graph into the form that shapes are inferred in. Throws ModelError.
 * @throws ModelError that lists the outputs when none or several fit
 */
export function chooseOutput(
  graph: Graph,
  { output, classes }: OutputChoice,
  prepared: (graph: Graph) => {
    readonly graph: Graph;
    readonly inputShape: readonly number[];
    readonly exported?: number | undefined;
  },
): Graph {
  const { outputs } = graph;
  if (output !== undefined) {
    const named = outputs.find(({ name }) => name === output);
    if (named !== undefined && isNumbers(named)) return reducedTo(graph, named);
    if (named !== undefined) {
      const others = outputs.filter(isNumbers).map(({ name }) => `\`${name}\``);
      const advice = others.length === 0 ? 'it has no other' : `choose ${others.join(' or ')}`;
      throw new ModelError(`output \`${output}\` is ${declared(named)}: labels, no scores; ${advice}`);
    }
    const names = outputs.map(({ name }) => name);
    // Whoever knows other tools writes the folder of the results so.
    const folder = /[/\\]/.test(output) ? '; did you mean --out?' : '';
    const near = folder === '' ? hint(output, names) : `; outputs: ${names.join(', ')}`;
    throw new ModelError(`the model has no output \`${output}\`${near}${folder}`);
  }
  const [only, ...others] = outputs;
  if (only === undefined)
    throw new ModelError('the model is not a classifier: no output has one score per class (it has none)');
  if (others.length === 0) return reducedTo(graph, only);
  const candidates = outputs.map((info) => {
    const reduced = reducedTo(graph, info);
    return { info, reduced, ...(isNumbers(info) ? typeOf(reduced, prepared) : NO_TYPE) };
  });
  const scores = candidates.filter(({ type }) => isScore(type));
  const count = (type: ValueType | undefined) =>
    (type?.dims ?? []).reduce((product, dim) => product * dim, 1);
  // One score stands for two classes. Without names of classes any output of scores may be meant.
  const fits = (n: number) => classes === undefined || n === classes || (n === 1 && classes === 2);
  const fitting = scores.filter(({ type }) => fits(count(type)));
  if (fitting.length === 1) return fitting[0]!.reduced;
  const listed = candidates.map(
    ({ info, type, why }) =>
      `\`${info.name}\` ${type !== undefined ? shapeOf(type) : why === undefined ? declared(info) : `(${why})`}`,
  );
  const wanted = classes === undefined ? 'one score per class' : `${classes} scores, one per class`;
  const found = fitting.length === 0 ? 'none of them has' : 'more than one may have';
  throw new ModelError(
    `the model has ${outputs.length} outputs, ${found} ${wanted}: ${listed.join(', ')}; name one with model.output (--output NAME)`,
  );
}

/** Whole numbers and truth values are labels and places, never scores. */
function isNumbers({ dtype }: ValueInfo): boolean {
  return dtype.includes('float');
}

/** As the file has it, which may be of an operator that nothing is known about. */
function declared({ dtype, shape }: ValueInfo): string {
  return `${dtype} [${shape.join(',')}]`;
}

interface Typed {
  readonly type?: ValueType | undefined;
  readonly why?: string | undefined;
}

const NO_TYPE: Typed = {};

function typeOf(reduced: Graph, prepared: Parameters<typeof chooseOutput>[2]): Typed {
  try {
    const { graph, inputShape, exported } = prepared(reduced);
    const type = probe(graph, inputShape, exported).types.get(graph.outputs[0]!.name);
    return type === undefined ? { why: 'of a shape that follows the batch in more than one axis' } : { type };
  } catch (error) {
    if (error instanceof ModelError) return { why: error.message };
    throw error;
  }
}

function shapeOf({ batched, dims, dtype }: ValueType): string {
  const shape = `[${[...(batched ? ['N'] : []), ...dims].join(',')}]`;
  return dtype === 'float32' ? shape : `${dtype} ${shape}`;
}
