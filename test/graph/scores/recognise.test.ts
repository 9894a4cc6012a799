import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  headBetween,
  isChoice,
  isSame,
  isStraightPerClass,
  rising,
} from '../../../src/graph/scores/recognise.js';

const [two, five] = [Math.log(2), Math.log(5)];
/** Softmaxes of these rows are eighths and thirds, sigmoids of log 2 and log 5 are 2/3 and 5/6. */
const from = [
  [0, two, five],
  [five, five, five],
];

describe('headBetween', () => {
  it.each([
    [
      'softmax',
      [
        [0.125, 0.25, 0.625],
        [1 / 3, 1 / 3, 1 / 3],
      ],
    ],
    ['log-softmax', [[-3 * two, -2 * two, five - 3 * two], Array(3).fill(-Math.log(3))]],
    [
      'sigmoid',
      [
        [1 / 2, 2 / 3, 5 / 6],
        [5 / 6, 5 / 6, 5 / 6],
      ],
    ],
    [
      'negated-sigmoid',
      [
        [1 / 2, 1 / 3, 1 / 6],
        [1 / 6, 1 / 6, 1 / 6],
      ],
    ],
    ['log-sigmoid', [[-two, Math.log(2 / 3), Math.log(5 / 6)], Array(3).fill(Math.log(5 / 6))]],
  ] as const)('%s', (kind, to) => {
    expect(headBetween(from, to)).toBe(kind);
  });

  it('a pair of one score, either way round', () => {
    expect(
      headBetween(
        [[two], [0]],
        [
          [1 / 3, 2 / 3],
          [0.5, 0.5],
        ],
      ),
    ).toBe('pair');
    expect(
      headBetween(
        [[two], [0]],
        [
          [2 / 3, 1 / 3],
          [0.5, 0.5],
        ],
      ),
    ).toBe('pair-reversed');
  });

  it('of one score a Softmax is none: it is 1 whatever comes', () => {
    expect(headBetween([[two], [five]], [[1], [1]])).toBeUndefined();
  });

  it('all rows must agree, and within what float32 leaves', () => {
    expect(
      headBetween(from, [
        [0.125, 0.25, 0.625],
        [0.3, 0.3, 0.4],
      ]),
    ).toBeUndefined();
    expect(
      headBetween(from, [
        [0.125, 0.25, 0.6252],
        [1 / 3, 1 / 3, 1 / 3],
      ]),
    ).toBeUndefined();
    expect(
      headBetween(from, [
        [0.125, 0.25, 0.62501],
        [1 / 3, 1 / 3, 1 / 3],
      ]),
    ).toBe('softmax');
  });
});

describe('rising', () => {
  const line = Array.from({ length: 41 }, (_, i) => i - 20);
  const through = (f: (x: number) => number) => rising([line], [line.map(f)]);

  it('a straight line leaves nothing out', () => {
    expect(through((x) => 3 * x - 7)).toEqual({ bounded: false, clips: false, straight: true });
  });

  it('Tanh is bounded and bends, a Clip leaves what is between', () => {
    expect(through(Math.tanh)).toEqual({ bounded: true, clips: false, straight: false });
    expect(through((x) => Math.max(-2, Math.min(2, x)))).toEqual({
      bounded: true,
      clips: true,
      straight: false,
    });
  });

  it('Softplus ends on one side alone', () => {
    expect(through((x) => Math.log1p(Math.exp(x)))?.bounded).toBe(false);
  });

  it('a falling function, a constant, and one that falls between are none', () => {
    expect(through((x) => -x)).toBeUndefined();
    expect(through(() => 1)).toBeUndefined();
    expect(through((x) => x + 3 * Math.sin(x))).toBeUndefined();
  });

  it('what depends on the other classes is no function of one score', () => {
    expect(
      rising(
        [
          [1, 2],
          [1, 5],
        ],
        [
          [1 / 3, 2 / 3],
          [1 / 6, 5 / 6],
        ],
      ),
    ).toBeUndefined();
  });
});

describe('isChoice', () => {
  const rows = [
    [1, 2, 3],
    [4, 5, 6],
  ];

  it('takes some of the scores, in any order', () => {
    expect(
      isChoice(rows, [
        [3, 1],
        [6, 4],
      ]),
    ).toBe(true);
    expect(
      isChoice(rows, [
        [2, 3, 1],
        [5, 6, 4],
      ]),
    ).toBe(true);
  });

  it('no score twice, none that changes its place, none that is new', () => {
    expect(
      isChoice(rows, [
        [1, 1],
        [4, 4],
      ]),
    ).toBe(false);
    expect(
      isChoice(rows, [
        [1, 2],
        [5, 4],
      ]),
    ).toBe(false);
    expect(
      isChoice(rows, [
        [1, 7],
        [4, 7],
      ]),
    ).toBe(false);
  });

  it('sorting is no choice', () => {
    expect(
      isChoice(
        [
          [1, 2],
          [4, 3],
        ],
        [
          [2, 1],
          [4, 3],
        ],
      ),
    ).toBe(false);
  });

  it('any permutation is one, of rows that tell the scores apart', () => {
    const places = fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 1 });
    fc.assert(
      fc.property(places, (taken) => {
        const all = [0, 1].map((row) => [0, 1, 2, 3, 4].map((i) => row + i * 10));
        expect(
          isChoice(
            all,
            all.map((row) => taken.map((i) => row[i]!)),
          ),
        ).toBe(true);
      }),
    );
  });
});

it('isSame: 1e-4 of a number and 2e-5 are nothing', () => {
  expect(isSame([[100, 0]], [[100.009, 1.9e-5]])).toBe(true);
  expect(isSame([[100, 0]], [[100.02, 0]])).toBe(false);
  expect(isSame([[1, 2]], [[1]])).toBe(false);
});

it('isStraightPerClass: a and b of each class its own, a not 0', () => {
  const rows = [
    [0, 0],
    [1, 2],
    [3, 5],
  ];
  expect(
    isStraightPerClass(
      rows,
      rows.map(([x, y]) => [2 * x! + 1, -3 * y!]),
    ),
  ).toBe(true);
  expect(
    isStraightPerClass(
      rows,
      rows.map(([x, y]) => [x!, y! * y!]),
    ),
  ).toBe(false);
  expect(
    isStraightPerClass(
      rows,
      rows.map(([x]) => [x!, 1]),
    ),
  ).toBe(false);
});
