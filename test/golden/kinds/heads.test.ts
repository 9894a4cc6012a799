import { describe, expect } from 'vitest';
import { each, expectNear, expectOutcome, explain, type Outcome, refusalOf } from './explain.js';
import { loadKinds } from './load.js';

const heads = loadKinds('heads');

/** Where the product does another thing than PyTorch's truth asks for first. */
const INSTEAD: Readonly<Record<string, Outcome>> = {
  // A Softmax over axis 0 mixes the images of a batch, unless it stands between two Transposes: refused in words.
  'transpose-softmax': 'refused',
  // Cut to the input of the operator that bounds the scores; probabilities are a Softmax's.
  hardsigmoid: 'said',
  'hardsigmoid-written': 'said',
  // Probabilities are shared among the classes that remain.
  'softmax-slice-background': 'said',
  'softmax-gather-background': 'said',
  // A matrix of weights makes the scores; that both sides have length 1 cannot be seen.
  'cosine-plain': 'ok',
  // A decision has no gradient.
  'one-hot': 'refused',
  // Recognised as two classes of one score.
  'concat-1-p-and-p': 'ok',
  'concat-p-and-1-p': 'ok',
};

const REFUSED = new Set(
  heads.filter((kind) => (INSTEAD[kind.name] ?? kind.expect) === 'refused').map(({ name }) => name),
);

/** Classes dropped behind a Softmax: the scores are the rest of its input, not the value that is named. */
const DROPS = new Set(['softmax-slice-background', 'softmax-gather-background']);

describe('the score before the head, or a line that says which value is explained', () => {
  each(heads, async (kind) => {
    const outcome = INSTEAD[kind.name] ?? kind.expect;
    expect([kind.expect, ...(kind.also ?? []), INSTEAD[kind.name]]).toContain(outcome);
    if (!DROPS.has(kind.name)) return expectOutcome(kind, outcome);
    const found = await explain(kind);
    expect(found.notes.join()).toContain('drops classes behind its Softmax');
    expectNear(found.logits, kind.logits!, 'scores');
  });
});
/** Written with operators that have no gradient here: of these heads the logit alone is explained. */
const WITHOUT_GRADIENT = new Set(['written-pow-e', 'softmax-where-floor']);

const explained = heads.filter(({ name, expect: first }) => first === 'ok' && INSTEAD[name] === undefined);

describe('probability and log-probability are those of the head itself', () => {
  each(
    explained.filter(({ ofProbability }) => ofProbability !== undefined),
    async (kind) => {
      for (const [score, maps, gradient] of [
        ['probability', kind.ofProbability!, kind.gradientOfProbability],
        ['log-probability', kind.ofLogProbability!, kind.gradientOfLogProbability],
      ] as const) {
        const asked = { method: 'grad-cam', choice: { score } };
        if (score === 'probability' && WITHOUT_GRADIENT.has(kind.name)) {
          expect(await refusalOf(kind, asked)).toContain('has no backward rule');
          continue;
        }
        const found = await explain(kind, asked);
        expectNear(found.probabilities, kind.probabilities!, 'probabilities');
        for (const [i, map] of maps.entries()) expectNear(found.map(i), map, `${score} ${kind.classes![i]}`);
        if (gradient === undefined) continue;
        const at = await explain(kind, {
          method: 'backprop',
          choice: { score },
          classes: [kind.classes![0]],
        });
        expectNear(at.map(0), gradient, `gradient of ${score}`);
      }
    },
  );
});

describe('`output` is what the file gives', () => {
  each(
    heads.filter(({ name, output }) => output !== undefined && !REFUSED.has(name)),
    async (kind) => {
      const choice = { score: 'output' } as const;
      const { logits } = await explain(kind, { choice });
      expectNear(Array.from(logits).slice(-kind.output!.length), kind.output!, 'output');
    },
  );
});
