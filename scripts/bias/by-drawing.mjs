/**
 * `node by-drawing.mjs <results> <scenes>`: is what balancing changed the same for other drawings? Of a run with pairs, the
 * differences with intervals for which objects' and attributes' drawings are resampled, and the difference by drawing.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Rng } from '../quickstart/rng.mjs';

const [results, scenes] = process.argv.slice(2);
if (!results || !scenes) throw new Error('usage: by-drawing.mjs <results> <scenes>');
const [header, ...batches] = readFileSync(join(results, 'journal.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line.slice(17)));
const names = header.config.networks.map((/** @type {{ name: string }} */ { name }) => name);
const lines = readFileSync(join(scenes, 'scenes.csv'), 'utf8').trim().split('\n').slice(1);
const rows = lines.map((line) => {
  const [id, , , object, attribute] = line.split(',');
  return { id: String(id), object: String(object), attribute: String(attribute) };
});

/** By network and id: the values of bias.ts, in its order. @type {Map<string, Map<string, (number | null)[]>>} */
const values = new Map(names.map((/** @type {string} */ name) => [name, new Map()]));
for (const { network, images } of batches)
  for (const { id, record } of images) values.get(names[network])?.set(id, record.values[0]);

const MEASURES = ['accuracy', 'usual', 'other', 'energy on the object', 'energy on the attribute'];
const REPLICATES = 2000;
const drawings = (/** @type {'object' | 'attribute'} */ kind) =>
  [...new Set(rows.map((row) => row[kind]))].sort();

/** Weights of drawings: how often each was drawn. @param {Rng} rng @param {string[]} list */
function resample(rng, list) {
  const weights = new Map(list.map((one) => [one, 0]));
  for (let n = 0; n < list.length; n++) {
    const one = rng.pick(list);
    weights.set(one, (weights.get(one) ?? 0) + 1);
  }
  return weights;
}

for (const [group, { biased, balanced }] of Object.entries(header.config.experiment.pairs))
  for (const [m, measure] of MEASURES.entries()) {
    // Of each scene the mean over the pairs; null where the scene does not count.
    const differences = rows.map(({ id }) => {
      const of = (/** @type {string} */ name) => values.get(name)?.get(id)?.[m] ?? null;
      const each = balanced.map((/** @type {string} */ name, /** @type {number} */ s) => {
        const [after, before] = [of(name), of(biased[s])];
        return after === null || before === null ? null : after - before;
      });
      return each.includes(null)
        ? null
        : each.reduce((/** @type {number} */ a, /** @type {number} */ b) => a + b, 0) / each.length;
    });
    const mean = (/** @type {(row: typeof rows[0]) => number} */ weight) => {
      let sum = 0,
        n = 0;
      for (const [i, row] of rows.entries()) {
        const one = differences[i];
        if (one === null) continue;
        sum += weight(row) * one;
        n += weight(row);
      }
      return sum / n;
    };
    const rng = new Rng('by-drawing');
    const replicates = Array.from({ length: REPLICATES }, () => {
      const [objects, attributes] = [resample(rng, drawings('object')), resample(rng, drawings('attribute'))];
      return mean((row) => (objects.get(row.object) ?? 0) * (attributes.get(row.attribute) ?? 0));
    })
      .filter((one) => !Number.isNaN(one))
      .sort((a, b) => a - b);
    const at = (/** @type {number} */ p) => replicates[Math.floor(p * (replicates.length - 1))]?.toFixed(1);
    const by = drawings('attribute').map(
      (one) => `${one} ${mean((row) => Number(row.attribute === one)).toFixed(1)}`,
    );
    console.log(
      `${group} ${measure}: ${mean(() => 1).toFixed(1)}, over drawings ${at(0.025)} to ${at(0.975)}`,
    );
    if (measure === 'other') console.log(`  ${by.join(', ')}`);
  }
