import type { Node } from '../../onnx/graph.js';
import { isLinear } from '../linear-nodes.js';
import { hasTrait } from '../operators/table.js';
import { type HeadKind, headBetween, isChoice, isSame, isStraightPerClass, rising } from './recognise.js';
import type { Tail } from './tail.js';

/** One step on the way from the logits to the output; positions are those of the tail, the output is 0. */
export interface HeadStep {
  readonly from: number;
  readonly to: number;
  /**
   * `same`: another shape at most; `rising`: a rising function of each score; `choice`: some of the scores, or another order;
   * else a score head.
   */
  readonly does: 'same' | 'rising' | 'choice' | HeadKind;
}

/** What stands between the logits and an output. */
export interface Head {
  /** From the logits, the last value of the tail that nothing bounds or normalises, to the output. */
  readonly steps: readonly HeadStep[];
  /** Position of the logits in the tail. */
  readonly logits: number;
  /** The scores are bounded by an operator that is neither Softmax nor Sigmoid; its input is taken for the logits. */
  readonly bounded?: Node;
  /** What the logits still pass through, on the way from the last weights, is not recognised: they may be none. */
  readonly unrecognised?: Node;
}

export function isHead(does: HeadStep['does']): does is HeadKind {
  return does !== 'same' && does !== 'rising' && does !== 'choice';
}

/**
 * Finds the score head by what it computes, as one operator or written out, whatever order-keeping or shape-only operators
 * stand behind it or between two of them.
 */
export function headOf(tail: Tail): Head {
  const steps = normalisersOf(tail) ?? [];
  const found = steps.length > 0 ? steps : (bounderOf(tail) ?? []);
  const bounded = steps.length === 0 && found.length > 0 ? nonlinearIn(tail, found[0]!) : undefined;
  const open = unclipped(tail, found);
  const logits = open[0]?.from ?? 0;
  // A Softmax is given logits however they are made; without one they may be anything.
  const unrecognised = found.length === 0 ? unrecognisedBehind(tail, logits) : undefined;
  return {
    steps: open,
    logits,
    ...(bounded === undefined ? {} : { bounded }),
    ...(unrecognised === undefined ? {} : { unrecognised }),
  };
}

/** The way back over all score heads that follow one another; undefined when there is none. */
function normalisersOf({ values, samples }: Tail): readonly HeadStep[] | undefined {
  if (samples.length === 0) return undefined;
  const steps: HeadStep[] = [];
  let complete: readonly HeadStep[] | undefined;
  for (let at = 0; at < values.length - 1; ) {
    const head = farthestHead(samples, at);
    const step = head ?? stepBetween(samples, at + 1, at);
    // Between two heads the numbers themselves are passed on: with 10·σ(z) before a Softmax, the Softmax's input is the logit.
    const passes = complete === undefined || (step?.does !== 'rising' && step?.does !== 'negated-sigmoid');
    if (step === undefined || !passes) break;
    steps.unshift(step);
    at = step.from;
    if (head !== undefined) complete = [...steps];
  }
  return complete;
}

function farthestHead(samples: Tail['samples'], to: number): HeadStep | undefined {
  for (let from = samples.length - 1; from > to; from--) {
    const does = headBetween(samples[from]!, samples[to]!);
    if (does !== undefined) return { from, to, does };
  }
  return undefined;
}

function stepBetween(samples: Tail['samples'], from: number, to: number): HeadStep | undefined {
  const [before, behind] = [samples[from]!, samples[to]!];
  if (isSame(before, behind)) return { from, to, does: 'same' };
  if (rising(before, behind) !== undefined) return { from, to, does: 'rising' };
  return isChoice(before, behind) ? { from, to, does: 'choice' } : undefined;
}

/** The way back to the input of an operator that bounds each score on both sides, Tanh or Clip, say. */
function bounderOf({ values, samples }: Tail): readonly HeadStep[] | undefined {
  if (samples.length === 0) return undefined;
  const steps: HeadStep[] = [];
  for (let at = 0; at < values.length - 1; at++) {
    const step = stepBetween(samples, at + 1, at);
    if (step === undefined) return undefined;
    steps.unshift(step);
    if (step.does !== 'rising') continue;
    const { bounded, straight } = rising(samples[at + 1]!, samples[at]!)!;
    if (bounded) return steps;
    if (!straight) return undefined;
  }
  return undefined;
}

/** Behind a Clip the scores of a sure network are all the same, and their gradient is 0: what the Clip is given counts. */
function unclipped({ values, samples }: Tail, steps: readonly HeadStep[]): readonly HeadStep[] {
  const more: HeadStep[] = [];
  let complete: readonly HeadStep[] = steps;
  for (let at = steps[0]?.from ?? values.length; at < values.length - 1; at++) {
    const step = stepBetween(samples, at + 1, at);
    if (step === undefined) break;
    more.unshift(step);
    if (step.does === 'same') continue;
    if (step.does !== 'rising' || !rising(samples[at + 1]!, samples[at]!)!.clips) break;
    complete = [...more, ...steps];
  }
  return complete;
}

/** A node on the way to the logits that is neither linear nor understood; undefined when all are. */
function unrecognisedBehind({ values, samples, segments, rest }: Tail, logits: number): Node | undefined {
  for (let at = logits; at < values.length - 1; at++) {
    const nonlinear = [...segments[at]!]
      .reverse()
      .find((node) => !isLinear(node, reads(segments[at]!, values[at + 1]!)));
    if (nonlinear === undefined) continue;
    if (samples.length === 0) return nonlinear;
    const [before, behind] = [samples[at + 1]!, samples[at]!];
    if (!isSame(before, behind) && !isStraightPerClass(before, behind)) return nonlinear;
  }
  const computed = new Set(rest.flatMap(({ inputs, outputs }) => [...inputs, ...outputs]));
  return [...rest].reverse().find((node) => !makesScores(node) && !isLinear(node, computed));
}

/** Where the scores come from, layers and pools: behind these nothing bounds them. */
function makesScores(node: Node): boolean {
  return (['weighted', 'pooling', 'reduction'] as const).some((trait) => hasTrait(node, trait));
}

function nonlinearIn({ segments, values }: Tail, { from, to }: HeadStep): Node | undefined {
  const nodes = segments.slice(to, from).reverse().flat();
  return nodes.find((node) => !isLinear(node, reads(nodes, values[from]!))) ?? nodes[0];
}

/** The values of a segment that depend on the one before it. */
function reads(nodes: readonly Node[], from: string): ReadonlySet<string> {
  return new Set([from, ...nodes.flatMap(({ outputs }) => outputs)]);
}
