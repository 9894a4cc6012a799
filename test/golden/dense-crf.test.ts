import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type CrfParameters, denseCrf } from '../../src/eval/crf/dense-crf.js';
import { seededValues } from './seeded.js';

/* The numbers are those of pydensecrf (scripts/golden/dense_crf.py), on the pictures made here and there. */

interface Golden extends CrfParameters {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly labels: number;
  readonly every: number;
  /** The best label of each pixel, a digit each. */
  readonly best: string;
  /** Of labels 1, 2, …, every so many pixels. */
  readonly q: readonly (readonly number[])[];
}

const golden = JSON.parse(readFileSync(new URL('dense-crf.json', import.meta.url), 'utf8')) as Golden[];

describe('the released dense CRF', () => {
  it.each(golden)('gives the same marginals: $name', (own) => {
    const { width, height, labels, every, best, q } = own;
    const { image, disc } = picture(own);
    const ours = denseCrf(unaries(own, disc), image, own);
    const pixels = width * height;
    q.forEach((row, label) => {
      const differences = row.map((value, i) => Math.abs(value - ours[(label + 1) * pixels + i * every]!));
      expect(Math.max(...differences)).toBeLessThan(2e-4);
    });
    let same = 0;
    for (let i = 0; i < pixels; i++) {
      const scores = Array.from({ length: labels }, (_, label) => ours[label * pixels + i]!);
      if (scores.indexOf(Math.max(...scores)) === Number(best[i])) same++;
    }
    expect(same).toBe(pixels);
  });
});

/** A bright disc on a dark slope, with noise. */
function picture({ name, width, height }: Golden) {
  const noise = seededValues(`${name} noise`, width * height * 3, 0, 24);
  const data = new Uint8Array(noise.length);
  const disc = Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return (2 * x - width) ** 2 + (2 * y - height) ** 2 < 0.36 * height * height;
  });
  [0, 10, -20].forEach((shift, channel) => {
    disc.forEach((inside, i) => {
      const base = inside ? 190 : Math.floor(40 + (60 * (i % width)) / width);
      data[3 * i + channel] = base + shift + Math.floor(noise[3 * i + channel]!);
    });
  });
  return { image: { data, width, height }, disc };
}

function unaries({ name, labels }: Golden, disc: readonly boolean[]): Float32Array {
  const noise = seededValues(`${name} unary`, labels * disc.length, 0, 2);
  disc.forEach((inside, i) => {
    noise[(inside ? 1 : 0) * disc.length + i]! -= 0.5;
  });
  return noise;
}
