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
    // A rule has its own keys and no others: the run's threshold is none of rule mean.
    expect(mean).toEqual({
      ...{ rule: 'mean', alpha: 5, smooth: 0.02, upsampling: 'bilinear', frame: 'image' },
    });
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

  it.each([
    ['threshold', {}, { smooth: 0, threshold: 0.15, comparison: '>=', connectivity: 8, largest: 'count' }],
    ['mean', {}, { smooth: 0, alpha: 1.5 }],
    ['contours', {}, { smooth: 0, levels: [20, 100, 110] }],
    [
      ...(['grabcut', { size: 64 }] as const),
      { smooth: 0, quantiles: [0.3, 0.95], size: 64, cuts: 1, connectivity: 8, largest: 'count' },
    ],
  ])('rule %s has its own keys with their defaults, for the run as for a method', (rule, keys, all) => {
    const parsed = config(['cam', { name: 'cam', box: { rule, ...keys } }], { rule, ...keys });
    const placed = { upsampling: 'bilinear', frame: 'image' };
    expect(parsed.networks[0]!.methods[1]!.box).toEqual({ rule, ...all });
    expect(parsed.localization).toEqual({
      ...{ rule, ...all, ...placed, iou: 0.5, top: [1, 5], center_box: 0.7 },
    });
    expect(boxRules(parsed.networks[0]!, parsed.localization)[1]).toEqual({ rule, ...all, ...placed });
  });

  it('takes from the run what the run says of the method’s rule', () => {
    const methods = ['cam', { name: 'cam', box: { rule: 'mean' } }, { name: 'cam', box: { threshold: 0.3 } }];
    const parsed = config(methods, { alpha: 3, threshold: 0.2, comparison: '>', smooth: 0.01 });
    expect(parsed.localization).not.toHaveProperty('alpha');
    expect(parsed.networks[0]!.methods.slice(1).map(({ box }) => box)).toMatchObject([
      { rule: 'mean', alpha: 3, smooth: 0.01 },
      { rule: 'threshold', threshold: 0.3, comparison: '>', smooth: 0.01 },
    ]);
  });

  const mean = { name: 'cam', box: { rule: 'mean' } };
  it.each([
    [['cam'], { alpha: 2 }, 'localization.alpha belongs to rule mean; the rule is threshold'],
    [
      ['cam'],
      { rule: 'mean', threshold: 0.2 },
      'localization.threshold belongs to rule threshold; the rule is mean',
    ],
    [
      ...[['cam'], { rule: 'contours', largest: 'count' }],
      'localization.largest belongs to the rules threshold and grabcut; the rule is contours',
    ],
    [['cam', mean], { levels: [9] }, 'localization.levels belongs to rule contours; the rule is threshold'],
    [
      ...[['cam', { ...mean, box: { ...mean.box, alpha: 2 } }], { alpha: 3 }],
      'localization.alpha belongs to rule mean; the rule is threshold',
    ],
    [
      ...[[{ name: 'cam', box: { alpha: 2 } }], {}],
      'network `net`: cam: box.alpha belongs to rule mean; the rule is threshold',
    ],
    [
      ...[[{ name: 'cam', box: { rule: 'mean', threshold: 0.1 } }], { rule: 'mean' }],
      'network `net`: cam: box.threshold belongs to rule threshold; the rule is mean',
    ],
    [
      ...[['cam'], { rule: 'grabcut', frame: 'input' }],
      'localization.frame belongs to the rules threshold, mean and contours; the rule is grabcut',
    ],
    [
      ...[[{ name: 'cam', box: { alpha_images: 5 } }], {}],
      'network `net`: cam: box.alpha_images belongs to rule mean; the rule is threshold',
    ],
  ] as [unknown, unknown, string][])(
    'refuses a key that no rule would read: %j over %j',
    (methods, run, message) => {
      expect(() => config(methods, run)).toThrow(message);
    },
  );

  it('a key of another rule may stand there when the method’s own rule is that of the key', () => {
    expect(() => config([{ name: 'cam', box: { alpha: 2 } }], { rule: 'mean' })).not.toThrow();
  });

  it('unknown keys and values are named', () => {
    expect(() => config([{ name: 'backprop', box: { rule: 'median' } }])).toThrow(/rule/);
    expect(() => config([{ name: 'backprop', box: { alfa: 2 } }])).toThrow(/alpha/);
  });
});
