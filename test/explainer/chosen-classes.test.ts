import { describe, expect, it } from 'vitest';
import { type ClassChoice, GIVEN_CLASS_IDS } from '../../src/explainer/chosen-classes.js';
import { CLASS_IDS, compile, LOGITS } from '../../src/explainer/compile.js';
import { prepare } from '../../src/graph/network.js';
import { gapNet, images } from '../methods/small-nets.js';
import { evaluate } from '../reference/interpreter.js';
import { tensor } from '../reference/tensor.js';

const N = 2;
const AREA = 16;

function run(choice: ClassChoice, given: readonly number[] = []) {
  const { graph } = compile(prepare(gapNet), { requests: [{ method: 'grad-cam' }], ...choice });
  const feeds = new Map([['x', images(N)]]);
  if (given.length > 0) feeds.set(GIVEN_CLASS_IDS, tensor([N, given.length / N], [...given]));
  const values = evaluate(graph, feeds, [LOGITS, CLASS_IDS, 'map_0']);
  const maps = [...values.get('map_0')!.data];
  return {
    logits: [0, 1].map((i) => [...values.get(LOGITS)!.data].slice(5 * i, 5 * i + 5)),
    ids: [...values.get(CLASS_IDS)!.data],
    map: (row: number, k = choice.k, j = 0) => maps.slice((row * k + j) * AREA, (row * k + j + 1) * AREA),
    forward: graph.nodes.filter(({ name }) => name.startsWith('conv')).length,
  };
}

const best = (scores: readonly number[], among: readonly number[]) =>
  among.reduce((a, b) => (scores[b]! > scores[a]! ? b : a));

describe('chosen classes', () => {
  it('puts the best before those that are given, in one pass', () => {
    const both = run({ k: 3, classes: 'both', top: 1 }, [4, 0, 2, 2]);
    const top = run({ k: 1, classes: 'top' });
    expect(both.ids).toEqual([top.ids[0], 4, 0, top.ids[1], 2, 2]);
    expect(both.map(1, 3, 0)).toEqual(top.map(1));
    const given = run({ k: 2, classes: 'given' }, [4, 0, 2, 2]);
    expect(both.map(0, 3, 2)).toEqual(given.map(0, 2, 1));
    expect(both.forward).toBe(top.forward);
  });

  it('explains the best member of each group', () => {
    const groups = [[3], [], [0, 4], [1, 2]];
    const { ids, logits } = run({ k: 2, classes: 'given', groups }, [2, 3, 0, 2]);
    expect(ids).toEqual([best(logits[0]!, [0, 4]), best(logits[0]!, [1, 2]), 3, best(logits[1]!, [0, 4])]);
  });

  it('ranks groups by their best member, and never one without', () => {
    const groups = [[], [3, 1], [0], []];
    const { ids, logits } = run({ k: 2, classes: 'top', groups });
    for (const [i, scores] of logits.entries()) {
      const order = [best(scores, [3, 1]), 0].sort((a, b) => scores[b]! - scores[a]!);
      expect(ids.slice(2 * i, 2 * i + 2)).toEqual(order);
    }
  });

  it('refuses groups that cannot be', () => {
    const groups = [[0], [], [1]];
    expect(() => run({ k: 3, classes: 'top', groups })).toThrow(/only 2 stand for any/);
    expect(() => run({ k: 1, classes: 'top', groups: [[7]] })).toThrow(/class 7, counted from 0; it has 5/);
  });
});
