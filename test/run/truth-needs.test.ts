import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/load.js';
import { experimentOf, experiments, withExperiment } from '../../src/experiments/registry.js';
import { truthNotes } from '../../src/run/truth-needs.js';

const KINDS = ['labels', 'boxes', 'masks'] as const;
const bare = { name: 'bare', lacks: { labels: 'no folders', boxes: 'no file', masks: 'no PNG' } };

const needsOf = (name: string, more: object = {}) => {
  const model = {
    onnx: 'x.onnx',
    input: { size: 8, resize: 'warp', color: 'rgb', scale: 1, mean: 0, std: 1 },
  };
  const extra = name === 'bias' ? { attributes: { cat: 'red' } } : {};
  const config = parseConfig(
    {
      experiment: { name, ...extra, ...more },
      dataset: { name: 'voc', root: '.' },
      model,
      methods: ['grad-cam', 'occlusion'],
    },
    import.meta.dirname,
  );
  return experimentOf(withExperiment(config)).needs;
};

describe('truthNotes', () => {
  it.each([
    ['localization', 'labels', ['boxes']],
    ['wsol', 'labels and boxes', ['masks']],
    ['pointing', 'labels and boxes', []],
    ['layer-sweep', 'labels and boxes', []],
    ['failure-analysis', 'labels and boxes', []],
    ['adversarial', 'labels and boxes', []],
    ['bias', 'labels and masks', []],
    ['segmentation', 'labels', ['masks']],
    ['occlusion-correlation', 'labels', ['boxes']],
    ['sanity', 'labels', []],
    ['faithfulness', undefined, []],
    ['neuron-importance', undefined, ['labels', 'boxes', 'masks']],
  ] as const)('%s needs %j, and can do without %j', (name, required, used) => {
    const needs = needsOf(name);
    const read = () => truthNotes(`the experiment ${name}`, needs, bare);
    if (required === undefined) expect(read()).toHaveLength(used.length > 0 ? 1 : 0);
    else
      expect(read).toThrow(
        `the experiment ${name} needs ${required}; the data set bare has no ${required.split(' ')[0]} (no`,
      );
    expect(Object.keys(needs.uses ?? {})).toEqual(used);
    for (const kind of KINDS) {
      const isNamed = needs.requires?.includes(kind) || needs.uses?.[kind] !== undefined;
      const lacks = { [kind]: 'gone' };
      let said: readonly string[] = [];
      try {
        said = truthNotes('it', needs, { name: 'one', lacks });
      } catch (error) {
        said = [(error as Error).message];
      }
      expect(said).toHaveLength(isNamed ? 1 : 0);
    }
  });

  it('knows the needs of every experiment', () => {
    expect([...experiments.keys()]).toHaveLength(12);
  });

  it('refuses the segmentation without masks where it would write no cues either', () => {
    expect(() =>
      truthNotes('it', needsOf('segmentation', { cues: false }), { name: 'd', lacks: { masks: 'none' } }),
    ).toThrow('it needs masks; the data set d has no masks (none)');
  });

  it('says in one line what is left out, and nothing where nothing is lacking', () => {
    expect(
      truthNotes('the experiment wsol', needsOf('wsol'), { name: 'd', lacks: { masks: 'no folder' } }),
    ).toEqual(['the experiment wsol: the data set d has no masks (no folder): PxAP is left out']);
    expect(truthNotes('it', needsOf('wsol'), { name: 'd' })).toEqual([]);
  });
});
