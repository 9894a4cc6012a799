/*
 * How often the 95 % interval of a mean over classes has the truth, by what is done about a class that a resample lacks:
 *
 *   npm run bench -- run configs/experiments/segmentation.yaml
 *   node scripts/intervals/main.mjs results/coverage.json out/segmentation/journal.jsonl [trials] [replicates]
 *
 * A trial draws images from a world (worlds.mjs); the truth is the mean, over the classes that these have, of the classes'
 * own values in the world. Prints the table of docs/measurements/intervals.md. Without a journal the quickstart's scenes are left out.
 */
import { writeFileSync } from 'node:fs';
import { seededRandom } from '../../dist/base/random.js';
import { quantile, resampled } from '../../dist/eval/statistics/bootstrap.js';
import { bootstrapClassMean } from '../../dist/eval/statistics/class-mean.js';
import { worlds } from './worlds.mjs';

const [FILE, JOURNAL, ...counts] = process.argv.slice(2);
const [TRIALS, REPLICATES] = [counts[0] ?? 1000, counts[1] ?? 400].map(Number);

const mean = (list) => list.reduce((sum, one) => sum + one, 0) / list.length;

/** What may be done, but for what is done here: the mean over classes of a resample in which some are NaN. */
const OTHERS = {
  'left out': (values) => mean(values.filter((value) => !Number.isNaN(value))),
  'counts 0': (values) => mean(values.map((value) => (Number.isNaN(value) ? 0 : value))),
  'keeps its estimate': (values, own) =>
    mean(values.map((value, k) => (Number.isNaN(value) ? own[k] : value))),
};
const RULES = [...Object.keys(OTHERS), 'moves as the others'];

function trial(n, draw, random) {
  const { images, valuesOf, truth } = draw(n, random);
  const all = valuesOf(new Uint32Array(n).fill(1));
  const present = [...all.keys()].filter((k) => !Number.isNaN(all[k]));
  const own = present.map((k) => all[k]);
  const options = { replicates: REPLICATES, seed: Math.floor(2 ** 30 * random()), level: 0.95 };
  const percentiles = (rule) => {
    const statistic = (drawn) => {
      const values = valuesOf(drawn);
      return rule(
        present.map((k) => values[k]),
        own,
      );
    };
    const sorted = resampled(n, statistic, options);
    return { low: quantile(sorted, 0.025), high: quantile(sorted, 0.975) };
  };
  const here = bootstrapClassMean({ n, images, valuesOf, range: [0, 1] }, options);
  return {
    truth: mean(present.map((k) => truth[k])),
    estimate: mean(own),
    intervals: [...Object.values(OTHERS).map(percentiles), here],
  };
}

/** In per cent: of the trials whose interval has the truth; in points: its width, and its middle minus the estimate. */
function summary(trials, r) {
  const average = (of) => 100 * mean(trials.map((one) => of(one, one.intervals[r])));
  return {
    covered: average(({ truth }, { low, high }) => (low <= truth && truth <= high ? 1 : 0)),
    width: average((_, { low, high }) => high - low),
    shift: average(({ estimate }, { low, high }) => (low + high) / 2 - estimate),
  };
}

const signed = (value) =>
  value
    .toFixed(1)
    .replace(/^-0\.0$/, '0.0')
    .replace('-', '−');
const rows = [];
console.log(`| world | images | ${RULES.join(' | ')} |`);
console.log('| --- | --- | --- | --- | --- | --- |');
for (const [world, images, draw] of worlds(JOURNAL)) {
  const random = seededRandom(1);
  const trials = Array.from({ length: TRIALS }, () => trial(images, draw, random));
  const rules = RULES.map((rule, r) => ({ rule, ...summary(trials, r) }));
  const bias = 100 * mean(trials.map(({ estimate, truth }) => estimate - truth));
  const cells = rules.map(({ covered, width, shift }) => [covered, width, shift].map(signed).join(' / '));
  console.log(`| ${[world, images, ...cells].join(' | ')} |`);
  rows.push({ world, images, bias, rules });
}
if (FILE !== undefined) {
  const lines = rows.map((row) => `    ${JSON.stringify(row)}`).join(',\n');
  writeFileSync(
    FILE,
    `{\n  "trials": ${TRIALS},\n  "replicates": ${REPLICATES},\n  "rows": [\n${lines}\n  ]\n}\n`,
  );
}
