/*
 * Worlds to draw images from. `draw(n, random)` gives n images and what is true of their classes in the world:
 * { images: of each class how many have it, valuesOf: of each class's value over the images weighted by counts, NaN where
 * they lack it, truth: of each class's value in the world }.
 */
import { readFileSync } from 'node:fs';
import { seededRandom } from '../../dist/base/random.js';

const CLASSES = 20;

const even = Array.from({ length: CLASSES }, () => 1 / CLASSES);
const harmonic = even.map((_, k) => 1 / (k + 1));
const total = harmonic.reduce((sum, one) => sum + one, 0);
/** The rarest class is in one of 72 images. */
const skewed = harmonic.map((one) => one / total);

/** Values of the classes from the most frequent to the rarest. */
const slope = (from, to) => even.map((_, k) => from + ((to - from) * k) / (CLASSES - 1));

/** [numerator, denominator] of one image: a class's value is the quotient of their sums. */
const hit = (value, random) => [random() < value ? 1 : 0, 1];

/** An IoU of v is both / union = share / (2 - share) where as many pixels are wrongly found as are missed. */
const shareOf = (value) => (2 * value) / (1 + value);

/** Objects of very different sizes, all found alike. */
function pixels(value, random) {
  const area = Math.exp(2 * random() - 1);
  const share = shareOf(value);
  const found = share + Math.min(share, 1 - share) * (2 * random() - 1);
  return [area * found, area * (1 + 2 * random() * (1 - share))];
}

/** The larger an object is, the more of it is found. */
function pixelsBySize(value, random) {
  const size = random();
  const share = Math.min(1, shareOf(value) * (0.5 + size));
  const area = Math.exp(2 * size - 1);
  return [area * share, area * (1 + 2 * random() * (1 - share))];
}

/** A class's value in the world, from a hundred thousand of its images. */
function inTheLongRun(value, image) {
  const random = seededRandom(2);
  let [over, under] = [0, 0];
  for (let i = 0; i < 1e5; i++) {
    const one = image(value, random);
    over += one[0];
    under += one[1];
  }
  return over / under;
}

function madeUp(frequencies, values, image) {
  const truth = values.map((value) => (image === hit ? value : inTheLongRun(value, image)));
  return (n, random) => {
    const classOf = Array.from({ length: n }, () => {
      let [rest, k] = [random(), 0];
      while (k < CLASSES - 1 && rest >= frequencies[k]) rest -= frequencies[k++];
      return k;
    });
    const parts = classOf.map((k) => image(values[k], random));
    const images = new Array(CLASSES).fill(0);
    for (const k of classOf) images[k]++;
    const valuesOf = (counts) => {
      const [over, under] = [new Float64Array(CLASSES), new Float64Array(CLASSES)];
      for (let i = 0; i < n; i++) {
        over[classOf[i]] += counts[i] * parts[i][0];
        under[classOf[i]] += counts[i] * parts[i][1];
      }
      return over.map((sum, k) => sum / under[k]);
    };
    return { images, valuesOf, truth };
  };
}

/**
 * The images that a run of experiment `segmentation` judged, its first network and method at the first threshold of 0.2 and
 * more: the world is all of them, drawn from with replacement.
 */
function judged(journal) {
  const lines = readFileSync(journal, 'utf8').trimEnd().split('\n');
  const [head, ...records] = lines.map((line) => JSON.parse(line.slice(line.indexOf('{'))));
  const at = head.config.experiment.thresholds.findIndex((threshold) => threshold >= 0.2);
  const size = head.classes.length + 1;
  const all = records
    .filter(({ kind, network }) => kind === 'batch' && network === 0)
    .flatMap(({ images }) =>
      images.flatMap(({ record }) => (record.counts ? [labels(record.counts[0], at)] : [])),
    );
  const sums = (own, counts) => {
    const [both, truth, seeds] = [0, 1, 2].map(() => new Float64Array(size));
    own.forEach((image, i) => {
      for (const [label, b, t, s] of image) {
        both[label] += counts[i] * b;
        truth[label] += counts[i] * t;
        seeds[label] += counts[i] * s;
      }
    });
    return { values: both.map((b, label) => b / (truth[label] + seeds[label] - b)), truth };
  };
  const world = sums(all, new Uint32Array(all.length).fill(1)).values;
  return (n, random) => {
    const own = Array.from({ length: n }, () => all[Math.floor(random() * all.length)]);
    const images = new Array(size).fill(0);
    for (const image of own) for (const [label, , truth] of image) if (truth > 0) images[label]++;
    const valuesOf = (counts) => {
      const { values, truth } = sums(own, counts);
      return values.map((value, label) => (images[label] > 0 && truth[label] === 0 ? Number.NaN : value));
    };
    return { images, valuesOf, truth: world };
  };
}

/** Of an image's labels: [label, pixels of both, of the truth, of the seeds]. */
function labels({ truth, pairs }, at) {
  const found = new Map();
  const of = (label) => found.get(label) ?? found.set(label, [label, 0, 0, 0]).get(label);
  const background = new Map(truth);
  for (const [label, count] of truth) of(label)[2] += count;
  for (const [label, seed, counts] of pairs) {
    of(seed)[3] += counts[at];
    if (seed === label) of(seed)[1] += counts[at];
    background.set(label, background.get(label) - counts[at]);
  }
  for (const [label, count] of background) {
    of(0)[3] += count;
    if (label === 0) of(0)[1] += count;
  }
  return [...found.values()];
}

/** [name, images, draw] */
export function worlds(journal) {
  const made = [
    ['accuracy, equally frequent', 100, madeUp(even, slope(0.9, 0.3), hit)],
    ['accuracy, skewed', 100, madeUp(skewed, slope(0.6, 0.6), hit)],
    ['accuracy, skewed, the rare ones worse', 100, madeUp(skewed, slope(0.9, 0.2), hit)],
    ['accuracy, skewed, the rare ones better', 100, madeUp(skewed, slope(0.3, 0.95), hit)],
    ['accuracy, skewed, the rare ones worse', 500, madeUp(skewed, slope(0.9, 0.2), hit)],
    ['IoU, equally frequent', 100, madeUp(even, slope(0.6, 0.1), pixels)],
    ['IoU, skewed, the rare ones worse', 100, madeUp(skewed, slope(0.6, 0.1), pixels)],
    ['IoU, skewed, the rare ones better', 100, madeUp(skewed, slope(0.1, 0.6), pixels)],
    ['IoU, skewed, large objects better', 100, madeUp(skewed, slope(0.6, 0.1), pixelsBySize)],
    ['IoU, skewed, large objects better', 500, madeUp(skewed, slope(0.6, 0.1), pixelsBySize)],
  ];
  if (journal === undefined) return made;
  const scenes = judged(journal);
  return [...made, ...[50, 100, 200].map((n) => ['IoU, the quickstart’s scenes', n, scenes])];
}
