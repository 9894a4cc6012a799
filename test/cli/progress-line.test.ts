import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { duration, progressLine, progressText } from '../../src/cli/progress-line.js';

const state = { name: 'vgg16', done: 30, total: 60, seconds: 10 };

describe('the progress line', () => {
  it('says images, rate and time left', () => {
    expect(progressText(state)).toBe('30/60 images, 3.0 images/s, 10 s left');
  });

  it('has no rate and no time left before there is one', () => {
    expect(progressText({ ...state, done: 0 })).toBe('0/60 images');
    expect(progressText({ ...state, done: 1 })).toBe('1/60 images, 0.1 images/s');
    expect(progressText({ ...state, done: 60 })).toBe('60/60 images, 6.0 images/s');
  });

  it('fills half of the bar at half of the images', () => {
    const line = progressLine(state, 74);
    expect([...line].filter((letter) => letter === '█')).toHaveLength(15);
    expect([...line].filter((letter) => letter === '░')).toHaveLength(15);
    expect(line.startsWith('vgg16 █')).toBe(true);
  });

  it('never leaves its width', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme-ascii' }),
        fc.nat(1000),
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.double({ min: 0, max: 1e6, noNaN: true }),
        fc.integer({ min: 20, max: 200 }),
        (name, part, total, seconds, width) => {
          const done = Math.floor((total * part) / 1000);
          expect(progressLine({ name, done, total, seconds }, width).length).toBeLessThanOrEqual(width);
        },
      ),
    );
  });

  it.each([
    [0.4, '0 s'],
    [59, '59 s'],
    [61, '1 min'],
    [3599, '1 h 0 min'],
    [3700, '1 h 2 min'],
  ])('%d seconds are %s', (seconds, said) => expect(duration(seconds)).toBe(said));
});
