import { describe, expect, it } from 'vitest';
import { nodeOf } from '../../reference/build.js';
import { endingIn, headIn, writtenSoftmax } from './nets.js';

const softmax = (from: string, to: string) => nodeOf('Softmax', [from], [to], { axis: 1 });

/** What stands between logits and output, in words, and which value the logits are. */
function stepsOf(nodes: Parameters<typeof endingIn>[0], width = 3) {
  const { tail, head } = headIn(endingIn(nodes, width));
  const { steps, logits, bounded, unrecognised } = head;
  const own = { logits: tail.values[logits], does: steps.map(({ does }) => does).join() };
  return {
    ...own,
    ...(bounded === undefined ? {} : { bounded: bounded.op }),
    ...(unrecognised === undefined ? {} : { unrecognised: unrecognised.op }),
  };
}

describe('a head', () => {
  it('as one operator and written out', () => {
    expect(stepsOf([softmax('z', 'p')])).toEqual({ logits: 'z', does: 'softmax' });
    expect(stepsOf(writtenSoftmax('z', 'p'))).toEqual({ logits: 'z', does: 'softmax' });
  });

  it('behind it what keeps the order, and a choice', () => {
    const behind = [softmax('z', 'p'), nodeOf('Mul', ['p', 'two'], ['q']), nodeOf('Sqrt', ['q'], ['y'])];
    expect(stepsOf(behind)).toEqual({ logits: 'z', does: 'softmax,rising,rising' });
    const chosen = [softmax('z', 'p'), nodeOf('Gather', ['p', 'kept'], ['y'], { axis: 1 })];
    expect(stepsOf(chosen)).toEqual({ logits: 'z', does: 'softmax,choice' });
  });

  it('is given the logits after a temperature', () => {
    expect(stepsOf([nodeOf('Mul', ['z', 'half'], ['t']), softmax('t', 'p')]).logits).toBe('t');
  });

  it('twice: the input of the first is the logit', () => {
    expect(stepsOf([softmax('z', 'p'), softmax('p', 'y')])).toEqual({ logits: 'z', does: 'softmax,softmax' });
  });

  it('10 σ(z) before a Softmax is what that Softmax is given, no head of its own', () => {
    const nodes = [nodeOf('Sigmoid', ['z'], ['s']), nodeOf('Mul', ['s', 'two'], ['t']), softmax('t', 'y')];
    expect(stepsOf(nodes)).toEqual({ logits: 't', does: 'softmax' });
  });
});

describe('no head', () => {
  it('the output itself, and a scaled one', () => {
    expect(stepsOf([])).toEqual({ logits: 'z', does: '' });
    expect(stepsOf([nodeOf('Mul', ['z', 'two'], ['y'])])).toEqual({ logits: 'y', does: '' });
  });

  it('what bounds each score on both sides is cut', () => {
    expect(stepsOf([nodeOf('Tanh', ['z'], ['y'])])).toEqual({ logits: 'z', does: 'rising', bounded: 'Tanh' });
  });

  it('what turns the order round or bounds one side is named', () => {
    const turned = stepsOf([softmax('z', 'p'), nodeOf('Neg', ['p'], ['y'])]);
    expect(turned).toEqual({ logits: 'y', does: '', unrecognised: 'Softmax' });
    expect(stepsOf([nodeOf('Softplus', ['z'], ['y'])]).unrecognised).toBe('Softplus');
  });

  it('a Softmax over one class', () => {
    expect(stepsOf([softmax('z', 'y')], 1)).toEqual({ logits: 'y', does: '', unrecognised: 'Softmax' });
  });
});

it('a single score behind a Sigmoid, and the pair that is made of it', () => {
  const p = nodeOf('Sigmoid', ['z'], ['p']);
  expect(stepsOf([p], 1)).toEqual({ logits: 'z', does: 'sigmoid' });
  const not = [nodeOf('Neg', ['z'], ['n']), nodeOf('Sigmoid', ['n'], ['q'])];
  const pair = (...parts: string[]) => [p, ...not, nodeOf('Concat', parts, ['y'], { axis: 1 })];
  expect(stepsOf(pair('q', 'p'), 1)).toEqual({ logits: 'z', does: 'pair' });
  expect(stepsOf(pair('p', 'q'), 1)).toEqual({ logits: 'z', does: 'pair-reversed' });
});
