import type { Lowered } from '../lower.js';
import { describeJoined } from './describe.js';
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
  return { writer, value, score: describeJoined(kind, output, logits) };
}
