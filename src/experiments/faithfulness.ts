import { z } from 'zod';
import { resizeMap } from '../base/resize-map.js';
import { section } from '../config/section.js';
import {
  defineExperiment,
  type ExplainedImage,
  type Figure,
  type JudgedNetwork,
  type RunRecords,
} from '../eval/experiment.js';
import { pixelOrder } from '../eval/maps/pixel-order.js';
import { confidenceDrop, confidenceRose, throughMap } from '../eval/perturbation/average-drop.js';
import { areaUnderCurve, blurred, curveCopies } from '../eval/perturbation/insertion-deletion.js';
import { imputeLinearly } from '../eval/perturbation/noisy-linear-imputation.js';
import { riseBlurred } from '../eval/perturbation/rise-blur.js';
import { roundTo } from '../eval/round-to.js';
import { type ImageValues, type Measure, meanCsv, meanLines, meanRows, outputLabel } from './mean-table.js';
import { INTERVALS } from './reads.js';
import { imageValues, share } from './record-schemas.js';

/* What happens to the best guess's confidence when pixels go by the order of a map, or only the map's part stays. */

const options = section({
  /** Points of the insertion and deletion curves, both ends included. */
  points: z.int().min(2).max(10_000).default(17),
  /** Shares of the pixels that ROAD removes. */
  road: z.array(z.number().gt(0).lt(1)).min(1).max(100).default([0.1, 0.3, 0.5, 0.7, 0.9]),
  /**
   * The blurred image that insertion starts from: `rise`, as published, an 11 × 11 window of the input's pixels; or a whole
   * Gaussian reflected at the borders, whose σ is this share of the input's longer side.
   */
  blur: z
    .union([z.literal('rise'), z.number().gt(0).lt(1)], {
      error: 'expected rise, or a share of the longer side above 0 and below 1 such as 0.022',
    })
    .default('rise'),
});
type Options = z.output<typeof options>;

const MEASURES: readonly Measure[] = [
  { name: 'insertion_auc', unit: 'probability', digits: 4 },
  { name: 'deletion_auc', unit: 'probability', digits: 4 },
  { name: 'average_drop', unit: '%', digits: 2 },
  { name: 'increase_in_confidence', unit: '%', digits: 2 },
  { name: 'road_most_relevant_first', unit: 'probability', digits: 4 },
  { name: 'road_least_relevant_first', unit: 'probability', digits: 4 },
];

interface FaithfulnessRecord {
  readonly values: ImageValues;
  /** [output]: the class's probability along the insertion and the deletion curve. */
  readonly curves: readonly { readonly insertion: readonly number[]; readonly deletion: readonly number[] }[];
}
type Run = RunRecords<FaithfulnessRecord>;

async function judge(
  image: ExplainedImage,
  { outputs }: JudgedNetwork,
  own: Options,
): Promise<FaithfulnessRecord> {
  const guess = image.top[0]!;
  // A class that the data set does not have has no probability to follow.
  if (guess.classIndex < 0) return { values: outputs.map(() => MEASURES.map(() => null)), curves: [] };
  const { width, height } = image.geometry.input;
  const input = image.input();
  const zero = new Float32Array(input.length);
  const blur =
    own.blur === 'rise'
      ? riseBlurred(input, height, width)
      : blurred(input, height, width, own.blur * Math.max(width, height));
  const probabilities = async (copies: readonly Float32Array[]) => {
    const joined = new Float32Array(copies.length * input.length);
    copies.forEach((copy, i) => {
      joined.set(copy, i * input.length);
    });
    const scores = await image.score(joined, copies.length);
    return scores.map(({ probability }) => round(probability(guess.classIndex)));
  };
  const whole = image.scores.probability(guess.classIndex);
  const values: number[][] = [];
  const curves: FaithfulnessRecord['curves'][number][] = [];
  for (const output of outputs.keys()) {
    const map = resizeMap(guess.map(output), { width, height });
    const insertion = await probabilities([...curveCopies('insertion', input, blur, map.data, own.points)]);
    const deletion = await probabilities([...curveCopies('deletion', input, zero, map.data, own.points)]);
    const [seen] = await probabilities([throughMap(input, map)]);
    const most = await probabilities(roadCopies(input, width, pixelOrder(map.data), own.road));
    const least = await probabilities(roadCopies(input, width, pixelOrder(map.data).reverse(), own.road));
    const mean = (list: readonly number[]) =>
      round(list.reduce((sum, value) => sum + value, 0) / list.length);
    values.push([
      round(areaUnderCurve(insertion)),
      round(areaUnderCurve(deletion)),
      round(confidenceDrop(whole, seen!)),
      confidenceRose(whole, seen!) ? 100 : 0,
      mean(most),
      mean(least),
    ]);
    curves.push({ insertion, deletion });
  }
  return { values, curves };
}

/** The first pixels of the order imputed, for each share of them. */
function roadCopies(
  input: Float32Array,
  width: number,
  order: Uint32Array,
  shares: readonly number[],
): Float32Array[] {
  return shares.map((share) => {
    const missing = new Uint8Array(order.length);
    for (const pixel of order.subarray(0, Math.round(share * order.length))) missing[pixel] = 1;
    return imputeLinearly(input, missing, width);
  });
}

const round = (value: number) => roundTo(value, 6);

async function curveFigure(run: Run, { points }: Options): Promise<Figure> {
  const values: Record<string, string | number>[] = [];
  for (const network of run.networks) {
    const sums = network.outputs.map(() => ({
      insertion: new Float64Array(points),
      deletion: new Float64Array(points),
    }));
    let n = 0;
    for await (const { record } of network.records()) {
      if (record.curves.length === 0) continue;
      n++;
      record.curves.forEach((curve, output) => {
        for (const kind of ['insertion', 'deletion'] as const) {
          curve[kind].forEach((value, i) => {
            sums[output]![kind][i]! += value;
          });
        }
      });
    }
    sums.forEach((sum, output) => {
      const series = outputLabel(network.name, network.outputs[output]!);
      for (const kind of ['insertion', 'deletion'] as const) {
        sum[kind].forEach((value, i) => {
          values.push({ series, kind, share: (100 * i) / (points - 1), probability: value / n });
        });
      }
    });
  }
  const series = { field: 'series', type: 'nominal', title: null };
  return {
    name: 'curves.svg',
    spec: {
      title: {
        text: 'Insertion and deletion, the most relevant pixels first',
        subtitle: `${run.data.label}, n = ${run.data.images} images`,
      },
      data: { values },
      facet: { column: { field: 'kind', type: 'nominal', title: null } },
      spec: {
        width: 260,
        mark: { type: 'line', point: true },
        encoding: {
          x: { field: 'share', type: 'quantitative', title: 'pixels (%)' },
          y: { field: 'probability', type: 'quantitative', title: 'mean probability of the guess' },
          color: series,
          strokeDash: series,
          shape: series,
        },
      },
    },
  };
}

export const faithfulness = defineExperiment({
  name: 'faithfulness',
  summary: 'insertion and deletion curves, average drop, increase in confidence, ROAD, for the best guess',
  reference: 'Petsiuk et al., BMVC 2018; Chattopadhay et al., WACV 2018; Rong et al., ICML 2022',
  reads: INTERVALS,
  options,
  configure: (own: Options) => ({
    needs: { top: 1, changes: true },
    judge: (image, network) => judge(image, network, own),
    record: ({ outputs }) => {
      const curve = z.array(share).length(own.points);
      const curves = z.array(z.strictObject({ insertion: curve, deletion: curve }));
      return z.strictObject({
        values: imageValues(outputs.length, MEASURES.length),
        curves: z.union([curves.length(0), curves.length(outputs.length)]),
      });
    },
    report: async (run: Run) => {
      const rows = await meanRows(run, MEASURES, ({ values }) => values);
      return {
        files: [{ name: 'table.csv', text: meanCsv(run, rows) }],
        figures: [await curveFigure(run, own)],
        lines: meanLines(
          run,
          rows,
          "confidence of the best guess (insertion, drop's complement high is good)",
        ),
      };
    },
  }),
});
