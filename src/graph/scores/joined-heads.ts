import type { Lowered } from '../lower.js';
import { headOf } from './head.js';
import type { Score, ScoreKind } from './score.js';
import { ScoreWriter } from './score-writer.js';
import { tailOf } from './tail.js';

/** The scores of several heads side by side, and what they are. */
export interface JoinedScores {
  readonly writer: ScoreWriter;
  /** [N, classes] */
  readonly value: string;
  readonly score: Score;
}

/** Values that a line names. */
const NAMED = 4;

/**
 * A network that answers several questions has a head for each, and may join what they give: a Sigmoid per label, say, and
 * then a Concat. Each label's logit is what its own Sigmoid is given. Undefined for any other output: of several Softmaxes
 * the scores of one question say nothing about those of another.
 * @param input name of the graph's input
 */
export function joinedHeads(
  lowered: Lowered,
  output: string,
  input: string,
  kind: ScoreKind,
): JoinedScores | undefined {
  const maker = lowered.nodes.find(({ outputs }) => outputs[0] === output);
  const rank = lowered.types.get(output)!.dims.length;
  if (maker?.op !== 'Concat' || rank !== 1 || maker.inputs.length < 2) return undefined;
  const logits = maker.inputs.map((part) => {
    const tail = tailOf(lowered, part, input);
    const { steps, logits: position } = headOf(tail);
    const sigmoid = steps.every(({ does }) => does === 'sigmoid' || does === 'same');
    return sigmoid && steps.length > 0 ? tail.values[position]! : undefined;
  });
  if (!logits.every((value) => value !== undefined)) return undefined;
  const writer = new ScoreWriter(lowered, output);
  const joined = (change: (value: string) => string) =>
    writer.joined(logits.map((value) => change(writer.flat(value))));
  const value = {
    logit: () => joined((z) => z),
    'log-probability': () => joined((z) => writer.logSigmoid(z)),
    probability: () => output,
    output: () => output,
  }[kind]();
  const more = logits.length > NAMED ? ` and ${logits.length - NAMED} more` : '';
  const named = `${logits
    .slice(0, NAMED)
    .map((name) => `\`${name}\``)
    .join(', ')}${more}`;
  const text = {
    logit: `logits ${named}, the inputs of ${logits.length} Sigmoids that are joined`,
    'log-probability': `log-probability of the scores ${named}`,
    probability: `probability of the scores ${named}`,
    output: `output \`${output}\`, as the model gives it`,
  }[kind];
  const probability = (
    { logit: ['sigmoid'], 'log-probability': ['exp'], probability: [], output: [] } as const
  )[kind];
  return { writer, value, score: { kind, output, probability, single: false, text } };
}
