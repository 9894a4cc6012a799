import { describe, expect, it } from 'vitest';
import { allPairs, MOST_POINTS } from '../../../src/eval/crf/all-pairs.js';
import { type CrfParameters, denseCrf, SEC_CRF, scaledCrf } from '../../../src/eval/crf/dense-crf.js';
import { permutohedral } from '../../../src/eval/crf/permutohedral.js';
import type { RgbImage } from '../../../src/images/rgb-image.js';
import { seededValues } from '../../golden/seeded.js';

const parameters: CrfParameters = {
  iterations: 3,
  bilateral: { weight: 4, position: 5, color: 30 },
  gaussian: { weight: 2, position: 1.5 },
};

function inside(pixel: number, { width }: { readonly width: number }): boolean {
  return (pixel % width) + Math.floor(pixel / width) / 3 > width / 2;
}

/** Two plains of colour with noise, the border a slanted line. */
function picture(width: number, height: number): RgbImage {
  const noise = seededValues('crf picture', width * height * 3, 0, 20);
  const data = Uint8Array.from(noise, (value, i) => {
    const pixel = Math.floor(i / 3);
    return value + (inside(pixel, { width }) ? 150 : 60) + 15 * (i % 3);
  });
  return { data, width, height };
}

const energies = (labels: number, { width, height }: RgbImage) =>
  seededValues('crf energies', labels * width * height, 0, 3);

/** Energies of two labels: mostly noise, a little lower where the label is right. */
function hinted(image: RgbImage): Float32Array {
  const pixels = image.width * image.height;
  const unary = energies(2, image);
  for (let i = 0; i < pixels; i++) unary[(inside(i, image) ? 1 : 0) * pixels + i]! -= 0.6;
  return unary;
}

/** Algorithm 1 of the paper, pixel by pixel and label by label, in double precision. */
function doubleLoop(unary: Float32Array, image: RgbImage, own: CrfParameters): number[][] {
  const pixels = image.width * image.height;
  const labels = unary.length / pixels;
  const all = [...Array(pixels).keys()];
  const place = (i: number) => [i % image.width, Math.floor(i / image.width)] as const;
  const apart = (i: number, j: number) => (place(i)[0] - place(j)[0]) ** 2 + (place(i)[1] - place(j)[1]) ** 2;
  const unlike = (i: number, j: number) =>
    [0, 1, 2].reduce((sum, c) => sum + (image.data[3 * i + c]! - image.data[3 * j + c]!) ** 2, 0);
  const { bilateral, gaussian } = own;
  const kernels = [
    {
      weight: bilateral.weight,
      k: (i: number, j: number) =>
        Math.exp(-apart(i, j) / (2 * bilateral.position ** 2) - unlike(i, j) / (2 * bilateral.color ** 2)),
    },
    {
      weight: gaussian.weight,
      k: (i: number, j: number) => Math.exp(-apart(i, j) / (2 * gaussian.position ** 2)),
    },
  ].map(({ weight, k }) => ({ weight, k, sums: all.map((i) => all.reduce((sum, j) => sum + k(i, j), 0)) }));
  const softmax = (energy: readonly number[]) => {
    const exps = energy.map((value) => Math.exp(-value));
    const total = exps.reduce((sum, value) => sum + value, 0);
    return exps.map((value) => value / total);
  };
  const psi = all.map((i) => Array.from({ length: labels }, (_, l) => unary[l * pixels + i]!));
  let q = psi.map(softmax);
  for (let iteration = 0; iteration < own.iterations; iteration++) {
    const before = q;
    q = all.map((i) =>
      softmax(
        psi[i]!.map((own, l) => {
          let energy = own;
          for (const { weight, k, sums } of kernels) {
            for (const j of all) {
              // Potts: what the neighbours believe in any other label.
              const normalised = k(i, j) / Math.sqrt(sums[i]! * sums[j]!);
              before[j]!.forEach((belief, other) => {
                if (other !== l) energy += weight * normalised * belief;
              });
            }
          }
          return energy;
        }),
      ),
    );
  }
  return q;
}

function largestDifference(a: Float32Array, b: ArrayLike<number>): number {
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
}

describe('a dense CRF over all pairs', () => {
  it('is the double loop over pixels', () => {
    const image = picture(9, 7);
    const unary = energies(3, image);
    const expected = doubleLoop(unary, image, parameters);
    const ours = denseCrf(unary, image, parameters, allPairs);
    const planes = [0, 1, 2].flatMap((label) => expected.map((row) => row[label]!));
    expect(largestDifference(ours, planes)).toBeLessThan(1e-5);
  });

  it('without iterations is the softmax of the negative energies', () => {
    const image = picture(4, 3);
    const unary = energies(2, image);
    const ours = denseCrf(unary, image, { ...parameters, iterations: 0 }, allPairs);
    ours.subarray(0, 12).forEach((value, i) => {
      expect(value).toBeCloseTo(1 / (1 + Math.exp(unary[i]! - unary[12 + i]!)), 5);
    });
  });

  it('does not care how labels are numbered', () => {
    const image = picture(8, 6);
    const unary = energies(2, image);
    const swapped = Float32Array.from(unary, (_, i) => unary[(i + 48) % 96]!);
    const ours = denseCrf(unary, image, parameters, allPairs);
    const other = denseCrf(swapped, image, parameters, allPairs);
    expect(
      largestDifference(
        ours,
        other.map((_, i) => other[(i + 48) % 96]!),
      ),
    ).toBeLessThan(1e-6);
  });

  it('refuses more points than fit into memory', () => {
    const image = picture(65, 64);
    expect(() => denseCrf(energies(2, image), image, parameters, allPairs)).toThrow(
      `4160 points for all pairs, at most ${MOST_POINTS}`,
    );
  });

  it('refuses energies of another picture', () => {
    expect(() => denseCrf(new Float32Array(25), picture(4, 3))).toThrow('25 energies for 4 × 3 pixels');
  });
});

describe('a dense CRF on the permutohedral lattice', () => {
  it('comes close to all pairs', () => {
    const image = picture(48, 36);
    const pixels = 48 * 36;
    const unary = hinted(image);
    const own = scaledCrf(SEC_CRF, 48 / 321);
    const exact = denseCrf(unary, image, own, allPairs);
    const lattice = denseCrf(unary, image, own, permutohedral);
    const mean = exact.reduce((sum, value, i) => sum + Math.abs(value - lattice[i]!), 0) / exact.length;
    const best = (q: Float32Array, i: number) => (q[pixels + i]! > q[i]! ? 1 : 0);
    const same = [...Array(pixels).keys()].filter((i) => best(exact, i) === best(lattice, i)).length;
    expect(mean).toBeLessThan(0.005);
    expect(same / pixels).toBeGreaterThan(0.995);
  });

  it('keeps mass: a filter of ones is nearly even inside a plain picture', () => {
    const points = 30 * 30;
    const features = Float32Array.from({ length: 2 * points }, (_, i) => {
      const pixel = Math.floor(i / 2);
      return (i % 2 === 0 ? pixel % 30 : Math.floor(pixel / 30)) / 3;
    });
    const sums = permutohedral(features, 2)(new Float32Array(points).fill(1), 1);
    const exact = allPairs(features, 2)(new Float32Array(points).fill(1), 1);
    const centre = 15 * 30 + 15;
    // At a corner of the picture a quarter of the mass in the middle, by either.
    expect(exact[0]! / exact[centre]!).toBeCloseTo(0.32, 1);
    expect(Math.abs(sums[0]! / sums[centre]! - exact[0]! / exact[centre]!)).toBeLessThan(0.05);
  });

  it('refuses features that are too wide to be numbered', () => {
    expect(() => permutohedral(Float32Array.of(0, 0, 0, 0, 0, 1e5, 1e5, 1e5, 1e5, 1e5), 5)).toThrow(
      'too wide for the lattice',
    );
  });

  it('finds an object that the energies only hint at', () => {
    const image = picture(40, 30);
    const unary = hinted(image);
    const wrong = (q: Float32Array) =>
      [...Array(1200).keys()].filter((i) => q[1200 + i]! > q[i]! !== inside(i, image)).length;
    expect(wrong(denseCrf(unary, image, { ...SEC_CRF, iterations: 0 }))).toBeGreaterThan(250);
    expect(wrong(denseCrf(unary, image))).toBeLessThan(12);
  });
});
