import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/load.js';
import { configSchema } from '../../src/config/schema.js';
import { experiments, usedSettings, withExperiment } from '../../src/experiments/registry.js';

const config = (keys: Record<string, unknown>) =>
  parseConfig(
    { model: { onnx: './net.onnx' }, dataset: { name: 'voc', root: '.' }, methods: ['cam'], ...keys },
    '.',
  );
const refusal = (keys: Record<string, unknown>) => {
  try {
    withExperiment(config(keys));
    return 'none';
  } catch (error) {
    return (error as Error).message;
  }
};

describe('settings that an experiment does not read', () => {
  it.each([
    [
      { experiment: 'pointing', localization: { threshold: 0.2 } },
      'localization.threshold: the experiment pointing does not read this; it reads bootstrap',
    ],
    [
      { experiment: 'wsol', localization: { rule: 'mean', alpha: 2 } },
      'localization.rule: the experiment wsol does not read this; it reads bootstrap',
    ],
    [
      { experiment: 'layer-sweep', localization: { top: [1] } },
      'localization.top: the experiment layer-sweep does not read this; it reads bootstrap, localization.rule, localization.upsampling, localization.frame, localization.iou, localization.alphas, methods.box',
    ],
    [
      { experiment: 'sanity', localization: { alphas: 'found.json' } },
      'localization.alphas: the experiment sanity does not read this; it reads bootstrap',
    ],
    [
      { experiment: 'segmentation', methods: ['cam', { name: 'cam', box: { rule: 'contours' } }] },
      'network `net`: the box of cam: the experiment segmentation does not read this; it reads bootstrap',
    ],
  ])('are refused in one line: %j', (keys, message) => {
    expect(refusal(keys)).toBe(message);
  });

  it('may be given with their defaults', () => {
    expect(refusal({ experiment: 'pointing', localization: { threshold: 0.15, top: [1, 5] } })).toBe('none');
  });

  it.each(['layer-sweep', 'failure-analysis', 'adversarial'])(
    'are none of a box rule for %s',
    (experiment) => {
      const box = { rule: 'mean', alpha: 2 };
      const localization = { threshold: 0.3, iou: 0.4, upsampling: 'nearest', frame: 'input' };
      expect(refusal({ experiment, localization, methods: [{ name: 'cam', box }] })).toBe('none');
    },
  );

  it('are left out of what a run says that it used', () => {
    const used = (experiment: string) => usedSettings(withExperiment(config({ experiment })));
    expect(used('localization')).toEqual(withExperiment(config({ experiment: 'localization' })));
    const { localization, bootstrap } = used('layer-sweep');
    expect(bootstrap).toEqual({ replicates: 1000, seed: 1 });
    expect(localization).toEqual({
      ...{ rule: 'threshold', threshold: 0.15, comparison: '>=', connectivity: 8, largest: 'count' },
      ...{ smooth: 0, upsampling: 'bilinear', frame: 'image', iou: 0.5 },
    });
    expect(JSON.parse(JSON.stringify(used('pointing')))).not.toHaveProperty('localization');
  });
});

it.each([...experiments.values()].map(({ name, reads }) => ({ name, reads })))(
  '$name reads settings that there are',
  ({ reads }) => {
    const { localization, bootstrap } = config({});
    const keys = [
      ...['localization', 'localization.alphas', 'bootstrap', 'methods.box'],
      ...Object.keys(localization).map((key) => `localization.${key}`),
      ...Object.keys(bootstrap).map((key) => `bootstrap.${key}`),
    ];
    expect(keys).toEqual(expect.arrayContaining([...reads]));
    expect(configSchema.shape).toHaveProperty('localization');
  },
);
