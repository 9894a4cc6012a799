import { z } from 'zod';
import type { Randomization } from '../base/randomization.js';
import { resizeMap } from '../base/resize-map.js';
import { section } from '../config/section.js';
import {
  defineExperiment,
  type ExplainedClass,
  type ExplainedImage,
  type Figure,
  type JudgedNetwork,
  type RunRecords,
} from '../eval/experiment.js';
import { distinctWords } from '../eval/file-word.js';
import { thumbnail } from '../eval/maps/thumbnail.js';
import { likeliestLabel } from '../eval/perturbation/likeliest.js';
import { roundTo } from '../eval/round-to.js';
import { spearman } from '../eval/statistics/rank-correlation.js';
import { pagesOf } from '../figures/pages.js';
import { pixelsOf } from '../images/pixel-scale.js';
import { methodTitle } from '../methods/titles.js';
import { drawnPicture, keptWords, seenPicture, thumbnailCell } from './kept-picture.js';
import { type ImageValues, type MeanRow, type Measure, meanCsv, meanLines, meanRows } from './mean-table.js';
import { INTERVALS } from './reads.js';
import { imageValues, pictureText, thumbnailText } from './record-schemas.js';

/*
 * A map that explains what a network learnt must change when the network forgets it: each method's map against its map
 * of the same class after the weights of the last layers were drawn anew.
 */

/** Apart, so that no layer of one draw has the seed of another's (`randomized` counts them up from the last). */
const SEEDS_APART = 10_000;

const options = section({
  /** How many layers with weights are drawn anew, counted from the scores down. */
  layers: z
    .array(z.union([z.int().min(1), z.literal('all')]))
    .min(1)
    .refine((list) => new Set(list).size === list.length, 'expected each depth once')
    .default([1, 2, 4, 8, 'all']),
  /** Random networks per depth; an image's value is the mean over them. */
  draws: z.int().min(1).max(1000).default(1),
  seed: z
    .int()
    .min(0)
    .max(2 ** 32)
    .default(1),
});
type Options = z.output<typeof options>;

interface SanityRecord {
  /** [output][depth]: mean rank correlation over the draws; null when a map is flat in all of them. */
  readonly values: ImageValues;
  /** JPEG in base 64, and [output][0: the network's own, then depth]: thumbnails of the first draw. */
  readonly picture?: string;
  readonly maps?: readonly (readonly string[])[];
}
type Run = RunRecords<SanityRecord>;

/** The networks to compare with, [depth · draws + draw]. A draw is the same at every depth, but for how far it goes. */
export function randomizations({ layers, draws, seed }: Options): readonly Randomization[] {
  return layers.flatMap((depth) =>
    Array.from({ length: draws }, (_, draw) => ({
      layers: depth === 'all' ? Number.MAX_SAFE_INTEGER : depth,
      seed: seed + draw * SEEDS_APART,
    })),
  );
}

function measuresOf({ layers }: Options): readonly Measure[] {
  return layers.map((depth) => ({ name: `rank_correlation@${depth}`, unit: 'ρ', digits: 4 }));
}

async function judge(image: ExplainedImage, network: JudgedNetwork, own: Options): Promise<SanityRecord> {
  // Of several true classes, the one that the network believes in most: one graph a random network.
  const label = likeliestLabel(image.truth.labels, network, image.scores);
  const { layers, draws } = own;
  const { outputs, scale } = network;
  if (label === undefined) return { values: outputs.map(() => layers.map(() => null)) };
  const { input } = image.geometry;
  const known = (await image.explain(image.input(), 1, [label]))[0]![0]!;
  const indices = [...outputs.keys()];
  // Both maps on the network's input, as the paper compares them.
  const drawnOn = (one: ExplainedClass, output: number) =>
    resizeMap(one.map(output), input).data.map(Math.abs);
  const before = indices.map((output) => drawnOn(known, output));
  const values: number[][][] = indices.map(() => layers.map(() => []));
  const maps = indices.map((output) => [thumbnail(known.map(output))]);
  for (const depth of layers.keys()) {
    for (let draw = 0; draw < draws; draw++) {
      const answer = await image.explain(image.input(), 1, [label], depth * draws + draw);
      const after = answer[0]![0]!;
      for (const output of indices) {
        const rho = spearman(before[output]!, drawnOn(after, output));
        if (rho !== undefined) values[output]![depth]!.push(rho);
        if (draw === 0) maps[output]!.push(thumbnail(after.map(output)));
      }
    }
  }
  const mean = (list: readonly number[]) =>
    list.length === 0 ? null : roundTo(list.reduce((sum, value) => sum + value, 0) / list.length, 6);
  return {
    values: values.map((depths) => depths.map(mean)),
    picture: await seenPicture(pixelsOf(image.input(), input, scale), image.geometry),
    maps,
  };
}

function curveFigure(run: Run, own: Options, rows: readonly MeanRow[]): Figure {
  const depths = ['0', ...own.layers.map(String)];
  const start = rows
    .filter(({ measure }) => measure.name === rows[0]?.measure.name)
    .map(({ network, method }) => ({ network, method, depth: '0', value: 1, low: 1, high: 1 }));
  const values = rows.map(({ network, method, measure, interval }) => ({
    ...{ network, method, depth: measure.name.split('@')[1] },
    ...{ value: interval?.estimate, low: interval?.low, high: interval?.high },
  }));
  const x = {
    field: 'depth',
    type: 'ordinal',
    sort: depths,
    title: 'layers drawn anew',
  };
  const names = run.networks.map(({ name }) => name);
  const series = { field: 'method', type: 'nominal', title: null };
  return {
    name: 'curve.svg',
    spec: {
      title: {
        text: 'Maps of a network that forgets',
        subtitle: `${run.data.label}, n = ${Math.max(0, ...rows.map(({ interval }) => interval?.n ?? 0))} images; from the scores down; bars: 95 % interval`,
      },
      data: { values: [...start, ...values] },
      facet: { column: { field: 'network', type: 'nominal', title: null, sort: names } },
      spec: {
        width: 260,
        layer: [
          {
            mark: { type: 'line', point: true },
            encoding: {
              x,
              y: {
                field: 'value',
                type: 'quantitative',
                title: 'rank correlation with the trained map, ρ',
              },
              ...{ color: series, strokeDash: series, shape: series },
            },
          },
          {
            mark: { type: 'rule' },
            encoding: { x, y: { field: 'low', type: 'quantitative' }, y2: { field: 'high' }, color: series },
          },
        ],
      },
    },
  };
}

/** Per network the first image: a row a method, a column a depth. */
async function mapFigures(run: Run, own: Options): Promise<readonly Figure[]> {
  const drawn: Figure[] = [];
  const words = distinctWords(run.networks.map(({ name }) => name));
  for (const [n, { name, outputs, records }] of run.networks.entries()) {
    for await (const { id, record } of records()) {
      const { picture, maps } = record;
      if (picture === undefined || maps === undefined) continue;
      const shown = await drawnPicture({ jpeg: picture });
      const rows = outputs.map(({ method }, output) => ({
        label: { title: methodTitle(method) },
        cells: maps[output]!.map((map) => thumbnailCell(shown, map)),
      }));
      const depths = own.layers.map((depth) => `${depth} drawn anew`);
      pagesOf(
        {
          original: { heading: { title: id }, cell: shown },
          columns: ['trained', ...depths].map((title) => ({ title })),
          rows,
          caption: [name, 'layers drawn anew from the scores down', run.data.label, keptWords],
        },
        1,
      ).forEach((pictures, page) => {
        drawn.push({ name: `maps-${words[n]}${page === 0 ? '' : `-${page + 1}`}.svg`, pictures });
      });
      break;
    }
  }
  return drawn;
}

export const sanity = defineExperiment({
  name: 'sanity',
  summary: 'rank correlation of each map with that of the network with its last layers’ weights drawn anew',
  reference: 'Adebayo et al., "Sanity Checks for Saliency Maps", NeurIPS 2018, section 3.1',
  reads: INTERVALS,
  options,
  configure: (own: Options) => ({
    needs: {
      top: 0,
      changes: true,
      randomized: randomizations(own),
      requires: ['labels'],
    },
    judge: (image, network) => judge(image, network, own),
    record: ({ outputs }) => {
      const maps = z.array(thumbnailText).length(1 + own.layers.length);
      return z.strictObject({
        values: imageValues(outputs.length, own.layers.length),
        picture: pictureText.optional(),
        maps: z.array(maps).length(outputs.length).optional(),
      });
    },
    report: async (run: Run) => {
      const rows = await meanRows(run, measuresOf(own), ({ values }) => values);
      return {
        files: [{ name: 'table.csv', text: meanCsv(run, rows) }],
        figures: [curveFigure(run, own, rows), ...(await mapFigures(run, own))],
        lines: meanLines(
          run,
          rows,
          'rank correlation with the map after so many layers were drawn anew, from the scores down',
        ),
      };
    },
  }),
});
