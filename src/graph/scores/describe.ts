import type { Normaliser } from '../../base/probabilities.js';
import { describe } from '../../onnx/graph.js';
import { hasTrait } from '../operators/table.js';
import { type Head, type HeadStep, isHead } from './head.js';
import type { HeadKind } from './recognise.js';
import type { Score, ScoreKind } from './score.js';
import type { Tail } from './tail.js';

/** What the head does to the scores as they are explained: of a pair −z and z. */
const NORMALISERS: Readonly<Record<HeadKind, Normaliser>> = {
  softmax: 'softmax',
  'log-softmax': 'log-softmax',
  sigmoid: 'sigmoid',
  'log-sigmoid': 'log-sigmoid',
  'negated-sigmoid': 'sigmoid',
  pair: 'sigmoid',
  'pair-reversed': 'sigmoid',
};

/** What is explained, in words and for the arithmetic of probabilities. */
export function describeScore(kind: ScoreKind, tail: Tail, head: Head, single: boolean): Score {
  const { steps } = head;
  const heads = steps.flatMap(({ does }) => (isHead(does) ? [NORMALISERS[does]] : []));
  const assumed: Normaliser = single ? 'sigmoid' : 'softmax';
  const probabilities: Readonly<Record<ScoreKind, readonly Normaliser[]>> = {
    logit: inProbabilities(heads.length > 0 ? heads : [assumed]),
    'log-probability': ['exp'],
    probability: [],
    output: ofOutput(steps, heads) ?? [assumed],
  };
  const text = textOf(kind, tail, head);
  const note = noteOf(kind, tail, head, heads, single);
  return {
    kind,
    output: tail.values[0]!,
    probability: probabilities[kind],
    single,
    text: single ? `${text}; one score z stands for two classes, −z and z` : text,
    ...(note === undefined ? {} : { note }),
  };
}

/** Values that a line names. */
const NAMED = 4;

/** Of several Sigmoids that are joined. */
export function describeJoined(kind: ScoreKind, output: string, logits: readonly string[]): Score {
  const more = logits.length > NAMED ? ` and ${logits.length - NAMED} more` : '';
  const named = `${logits
    .slice(0, NAMED)
    .map((name) => `\`${name}\``)
    .join(', ')}${more}`;
  const text =
    kind === 'logit'
      ? `logits ${named}, the inputs of ${logits.length} Sigmoids that are joined`
      : otherText(kind, output, named);
  const probabilities: Readonly<Record<ScoreKind, readonly Normaliser[]>> = {
    logit: ['sigmoid'],
    'log-probability': ['exp'],
    probability: [],
    output: [],
  };
  return { kind, output, probability: probabilities[kind], single: false, text };
}

function textOf(kind: ScoreKind, tail: Tail, { steps, logits }: Head): string {
  const value = `\`${tail.values[logits]}\``;
  if (kind !== 'logit') return otherText(kind, tail.values[0]!, value);
  return steps.length === 0
    ? `${value}, as the model gives it`
    : `logit ${value}, the input of ${wordsOf(tail, steps)}`;
}

function otherText(kind: Exclude<ScoreKind, 'logit'>, output: string, scores: string): string {
  return kind === 'output'
    ? `output \`${output}\`, as the model gives it`
    : `${kind} of the scores ${scores}`;
}

/** A logarithm at the end is undone: the steps end in probabilities. */
function inProbabilities(heads: readonly Normaliser[]): readonly Normaliser[] {
  const last = heads.at(-1);
  if (last === 'log-softmax') return [...heads.slice(0, -1), 'softmax'];
  return last === 'log-sigmoid' ? [...heads.slice(0, -1), 'sigmoid'] : heads;
}

/** From the output itself: undefined where what stands behind the last head does more than choose. */
function ofOutput(
  steps: readonly HeadStep[],
  heads: readonly Normaliser[],
): readonly Normaliser[] | undefined {
  const last = heads.at(-1);
  const behind = steps.slice(steps.findLastIndex(({ does }) => isHead(does)) + 1);
  if (last === undefined || behind.some(({ does }) => does === 'rising')) return undefined;
  return last.startsWith('log-') ? ['exp'] : [];
}

/** "Softmax `prob`", or the first and last node of what is written out. */
function wordsOf({ segments }: Tail, steps: readonly HeadStep[]): string {
  const first = steps.find(({ does }) => does !== 'same') ?? steps[0]!;
  const nodes = segments.slice(first.to, first.from).reverse().flat();
  const telling = nodes.filter((node) => !hasTrait(node, 'arranging'));
  const [begin, end] = [telling[0] ?? nodes[0]!, telling.at(-1) ?? nodes.at(-1)!];
  const named = nodes.find((node) => hasTrait(node, 'scoreHead'));
  if (begin === end || named !== undefined) return describe(named ?? begin);
  const what = isHead(first.does) ? NORMALISERS[first.does] : 'function';
  return `a ${what} written out, ${describe(begin)} to ${describe(end)}`;
}

function noteOf(
  kind: ScoreKind,
  { values, samples }: Tail,
  { steps, logits, bounded, unrecognised }: Head,
  heads: readonly Normaliser[],
  single: boolean,
): string | undefined {
  const assumed = single ? 'Sigmoid' : 'Softmax';
  const value = `\`${values[logits]}\``;
  if (kind === 'output') {
    const asItIs = heads.length === 0 && bounded === undefined && unrecognised === undefined;
    if (asItIs || ofOutput(steps, heads) !== undefined) return undefined;
    return `the output is neither logits nor what a Softmax or Sigmoid gives: probabilities shown are a ${assumed}'s of it`;
  }
  if (bounded !== undefined)
    return `${describe(bounded)} bounds the scores and is neither Softmax nor Sigmoid: its input ${value} is explained, which may be no logit; model.score: output (--score output) explains the output itself`;
  if (unrecognised !== undefined)
    return `${value} is explained, which may be no logit: ${describe(unrecognised)} bounds or normalises it in a way that is not recognised`;
  if (heads.length === 0) {
    return kind === 'logit'
      ? undefined
      : `the model ends without Softmax or Sigmoid: its probabilities are taken to be a ${assumed}'s of ${value}`;
  }
  if (kind !== 'logit') return undefined;
  if (heads.length > 1)
    return `two score heads follow one another: the input of the first, ${value}, is explained as the logit`;
  const widthOf = (position: number) => samples[position]?.[0]?.length ?? 0;
  const drops = steps.some(({ from, to, does }) => does === 'choice' && widthOf(from) > widthOf(to));
  if (!drops || !heads[0]!.endsWith('softmax')) return undefined;
  return 'the model drops classes behind its Softmax: probabilities shown are shared among those that remain';
}
