import { describe, expect, it } from 'vitest';
import { localizationSchema } from '../../src/config/localization.js';
import {
  DEFAULT_BOOTSTRAP,
  DEFAULT_BOX_RULE,
  evaluateLocalization,
  evaluatePointing,
  evaluateWsol,
  type LocalizationImage,
  pairedDifference,
  wholeImage,
} from '../../src/eval/index.js';
import { heatmap } from './maps.js';

const size = { width: 8, height: 8 };
const geometry = wholeImage(size);
/** The left upper quarter of the image. */
const quarter = { x0: 0, y0: 0, x1: 3, y1: 3 };
const corner = heatmap([
  [1, 0],
  [0, 0],
]);
const truth = [{ classIndex: 0, box: quarter }];

describe('DEFAULT_BOX_RULE', () => {
  it('is the rule of a configuration without any key of localization', () => {
    expect(localizationSchema.parse({})).toMatchObject(DEFAULT_BOX_RULE);
  });
});

describe('evaluateLocalization', () => {
  const nearest = { ...DEFAULT_BOX_RULE, upsampling: 'nearest' } as const;

  it('judges maps, boxes and guesses without either, and counts images', async () => {
    const image = (guess: LocalizationImage['guesses'][number]): LocalizationImage => {
      return { guesses: [guess], truth, geometry };
    };
    const images = [
      image({ classIndex: 0, map: corner }),
      image({ classIndex: 0, box: { x0: 4, y0: 4, x1: 7, y1: 7 } }),
      image({ classIndex: 0 }),
      image({ classIndex: 1, box: quarter }),
      { ...image({ classIndex: 0, box: quarter }), blacklisted: true },
      { ...image({ classIndex: 1, box: quarter }), labels: [1] },
    ];
    const {
      top,
      decisions,
      outcomes,
      images: n,
    } = await evaluateLocalization(images, { top: [1], rule: nearest });
    expect(n).toBe(6);
    expect([...outcomes('localization', 1)]).toEqual([0, 1, 1, 1, 255, 1]);
    expect([...outcomes('classification', 1)]).toEqual([0, 0, 0, 1, 0, 0]);
    expect(top[0]).toMatchObject({
      k: 1,
      classification: { n: 6, errors: 1 },
      localization: { n: 5, errors: 4, percent: 80 },
    });
    expect(top[0]!.localization.low).toBeLessThan(80);
    expect(decisions[0]!.bestIou).toEqual([1]);
    expect(() => outcomes('localization', 5)).toThrow('top 5 is not among 1');
  });

  it('takes the iou, the k and a stream; the best of k guesses counts', async () => {
    async function* stream(): AsyncGenerator<LocalizationImage> {
      const wrong = { classIndex: 3, box: quarter };
      yield { guesses: [wrong, { classIndex: 0, box: { ...quarter, x1: 5 } }], truth, geometry };
    }
    // 16 of 24 pixels.
    for (const [iou, expected] of [
      [0.66, 0],
      [0.67, 100],
    ] as const) {
      const { top } = await evaluateLocalization(stream(), { top: [1, 2], iou });
      expect(top.map(({ localization }) => localization.percent)).toEqual([100, expected]);
    }
  });

  it('gives outcomes that two methods are compared by', async () => {
    const of = (box: typeof quarter) =>
      evaluateLocalization([{ guesses: [{ classIndex: 0, box }], truth, geometry }]);
    const [good, bad] = [await of(quarter), await of({ ...quarter, x1: 7 })];
    expect((await of({ ...quarter, x1: 7 })).top[0]!.localization.percent).toBe(0);
    const worse = await of({ x0: 4, y0: 4, x1: 7, y1: 7 });
    const difference = (a: typeof good, b: typeof good) =>
      pairedDifference(a.outcomes('localization', 1), b.outcomes('localization', 1));
    expect(difference(worse, good)?.estimate).toBe(100);
    expect(difference(bad, good)?.estimate).toBe(0);
  });

  it('has no percent without an image, stops at a signal, and refuses grabcut', async () => {
    const { top } = await evaluateLocalization([], { top: [1] });
    expect(top[0]!.localization).toEqual({
      n: 0,
      errors: 0,
      percent: undefined,
      low: undefined,
      high: undefined,
    });
    const reason = new Error('enough');
    const stop = new AbortController();
    let seen = 0;
    function* endless(): Generator<LocalizationImage> {
      for (;;) {
        if (++seen === 3) stop.abort(reason);
        yield { guesses: [], truth, geometry };
      }
    }
    await expect(evaluateLocalization(endless(), { signal: stop.signal })).rejects.toBe(reason);
    expect(seen).toBe(3);
    const rule = localizationSchema.parse({ rule: 'grabcut' });
    await expect(evaluateLocalization([], { rule })).rejects.toThrow('grabcut needs the pictures');
  });
});

describe('evaluateWsol', () => {
  const map = heatmap(
    Array.from({ length: 8 }, (_, y) => Array.from({ length: 8 }, (_, x) => (x < 4 && y < 4 ? 1 : 0))),
  );
  const mask = { ...size, data: Uint8Array.from(map.data) };

  it('is 100 for a map that is the object, and less for one beside it', async () => {
    const whole = await evaluateWsol([
      { map, classIndex: 0, truth: [{ classIndex: 0, box: { x0: 0, y0: 0, x1: 4, y1: 4 } }], mask, geometry },
    ]);
    // The published boxes are a pixel wider than their contour.
    expect(whole).toMatchObject({ n: 1, pxap: 100, boxes: { v1: 100, v2: 100 } });
    const beside = [{ classIndex: 0, box: { x0: 5, y0: 5, x1: 7, y1: 7 } }];
    const none = await evaluateWsol([{ map, classIndex: 0, truth: beside, geometry }]);
    expect(none).toMatchObject({ n: 1, pxap: undefined, boxes: { v1: 0, v2: 0 } });
  });

  it('leaves out a class without a box', async () => {
    const { n, boxes } = await evaluateWsol([{ map, classIndex: 1, truth, geometry }]);
    expect([n, boxes]).toEqual([0, undefined]);
  });
});

describe('evaluatePointing', () => {
  it('averages hits over classes, and counts neither difficult objects nor empty ones', async () => {
    const at = (classIndex: number) => [{ classIndex, map: corner }];
    const far = [{ classIndex: 1, box: { x0: 7, y0: 7, x1: 7, y1: 7 } }];
    const images = [
      { maps: at(0), truth, geometry },
      { maps: at(0), truth, geometry },
      { maps: at(1), truth: far, geometry },
      { maps: at(0), truth: truth.map((one) => ({ ...one, difficult: true })), geometry },
    ];
    const { cues, accuracy, energy } = await evaluatePointing(images, { tolerance: 1 });
    expect(cues).toBe(3);
    expect(accuracy?.estimate).toBe(50);
    expect(energy!.estimate).toBeGreaterThan(30);
    // Within reach of 15 pixels, all of it hits.
    expect((await evaluatePointing(images)).accuracy?.estimate).toBe(100);
    expect(DEFAULT_BOOTSTRAP.replicates).toBe(1000);
  });
});

describe('what does not fit', () => {
  const cases = [
    ['too short', { ...size, data: new Float32Array(16).fill(1) }, 'a map of 8 × 8 pixels with 16 values'],
    ['too long', { width: 2, height: 2, data: new Float32Array(5) }, 'a map of 2 × 2 pixels with 5 values'],
    ['no size', { width: 2.5, height: 2, data: new Float32Array(5) }, 'a map of 2.5 × 2 pixels'],
    ['NaN', { width: 2, height: 1, data: Float32Array.of(1, Number.NaN) }, 'a map has NaN at value 1'],
  ] as const;
  it.each(cases)('is refused by all three evaluators: %s', async (_, map, message) => {
    const one = { classIndex: 0, map };
    const all = [
      evaluateLocalization([{ guesses: [one], truth, geometry }]),
      evaluateWsol([{ ...one, truth, geometry }]),
      evaluatePointing([{ maps: [one], truth, geometry }]),
    ];
    for (const result of await Promise.allSettled(all)) {
      const { reason } = result as PromiseRejectedResult;
      expect(reason).toBeInstanceOf(RangeError);
      expect(reason.message).toContain(message);
    }
  });

  it('is an option out of its range', async () => {
    const bootstrap = (level: number) => ({ bootstrap: { ...DEFAULT_BOOTSTRAP, level } });
    for (const options of [{ iou: 0 }, { iou: 1.5 }, { iou: Number.NaN }, bootstrap(0), bootstrap(95)])
      await expect(evaluateLocalization([], options)).rejects.toBeInstanceOf(RangeError);
    const pointing = [{ tolerance: -1 }, { tolerance: Number.NaN }, { smooth: -0.1 }, bootstrap(1)];
    for (const options of pointing)
      await expect(evaluatePointing([], options)).rejects.toBeInstanceOf(RangeError);
  });
});
