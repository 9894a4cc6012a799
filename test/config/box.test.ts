import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/load.js';
import { boxRules, describeBoxRule } from '../../src/experiments/localization/boxes.js';

const config = (methods: unknown, localization: unknown = {}) =>
  parseConfig(
    { model: { onnx: './net.onnx' }, dataset: { name: 'imagenet', root: '.' }, methods, localization },
    '.',
  );

describe('a method’s own box rule', () => {
  it('lies over the run’s; what it does not say is the run’s', () => {
    const parsed = config(['grad-cam', { name: 'backprop', box: { rule: 'mean', alpha: 5, smooth: 0.02 } }], {
      threshold: 0.2,
    });
    const [own, mean] = boxRules(parsed.networks[0]!, parsed.localization);
    expect(own).toMatchObject({ rule: 'threshold', threshold: 0.2, smooth: 0 });
    expect(mean).toMatchObject({ rule: 'mean', alpha: 5, smooth: 0.02, threshold: 0.2, frame: 'image' });
    expect(describeBoxRule(own!)).toBe('>=0.2 of max, largest count, 8-connected, bilinear to image');
    expect(describeBoxRule(mean!)).toBe('smoothed 0.02, >5 of mean, one box, bilinear to image');
  });

  it('names CAM’s rule with its levels', () => {
    const parsed = config([
      { name: 'cam', box: { rule: 'contours' } },
      { name: 'cam', box: { rule: 'contours', levels: [30, 90] } },
    ]);
    const words = boxRules(parsed.networks[0]!, parsed.localization).map(describeBoxRule);
    expect(words).toEqual([
      'contours 20/100/110, stripped, largest box, 8-connected, bilinear to image',
      'contours 30/90, stripped, largest box, 8-connected, bilinear to image',
    ]);
    expect(() => config([{ name: 'cam', box: { rule: 'contours', levels: [255] } }])).toThrow(/levels/);
  });

  it('names GrabCut’s seeds, its grid and its cuts', () => {
    const parsed = config([{ name: 'backprop', box: { rule: 'grabcut', size: 64, cuts: 3 } }]);
    expect(describeBoxRule(boxRules(parsed.networks[0]!, parsed.localization)[0]!)).toBe(
      'grabcut at 64, seeds <=0.3 and >0.95 quantile, 3 cuts, largest count, 8-connected, bilinear',
    );
    const wrong = { rule: 'grabcut', quantiles: [0.9, 0.3] };
    expect(() => config([{ name: 'backprop', box: wrong }])).toThrow(/quantiles/);
  });

  it('the same method may stand there twice with different rules, not with the same', () => {
    expect(() => config(['backprop', { name: 'backprop', box: { rule: 'mean' } }])).not.toThrow();
    expect(() => config(['backprop', 'backprop'])).toThrow(/listed twice/);
  });

  it('unknown keys and values are named', () => {
    expect(() => config([{ name: 'backprop', box: { rule: 'median' } }])).toThrow(/rule/);
    expect(() => config([{ name: 'backprop', box: { alfa: 2 } }])).toThrow(/alpha/);
  });
});
