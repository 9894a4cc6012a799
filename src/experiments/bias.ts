import { z } from 'zod';
import type { ClassMask } from '../base/class-mask.js';
import type { Heatmap } from '../base/heatmap.js';
import type { BenchConfig } from '../config/schema.js';
import { section } from '../config/section.js';
import {
  defineExperiment,
  type ExplainedImage,
  type JudgedNetwork,
  type Report,
  type RunRecords,
} from '../eval/experiment.js';
import { mapOnImage } from '../eval/maps/map-on-image.js';
import { roundTo } from '../eval/round-to.js';
import { checkPairs, pairLines, pairRows, pairsCsv, pairsSchema } from './bias-pairs.js';
import { type ImageValues, type Measure, meanCsv, meanLines, meanRows } from './mean-table.js';
import { INTERVALS } from './reads.js';
import { imageValues } from './record-schemas.js';

/*
 * What a network looks at when it decides: the object, or an attribute that told the classes apart in its training.
 * Run on an unbiased test set for networks of one topology that were trained on different mixtures.
 */

const options = section({
  /** Per class of the task, the attribute that mostly came with it in the biased training. */
  attributes: z.record(z.string(), z.string()),
  /** Networks that differ in the mixture alone, seed by seed. */
  pairs: pairsSchema.optional(),
});
type Options = z.output<typeof options>;

const [USUAL, OTHER] = ['accuracy_usual_attribute', 'accuracy_other_attribute'];

const MEASURES: readonly Measure[] = [
  { name: 'accuracy', unit: '%', digits: 2 },
  { name: USUAL, unit: '%', digits: 2 },
  { name: OTHER, unit: '%', digits: 2 },
  { name: 'energy_on_object', unit: '%', digits: 2 },
  { name: 'energy_on_attribute', unit: '%', digits: 2 },
];

interface BiasRecord {
  /** [output][measure]; null where the image does not count. */
  readonly values: ImageValues;
}

/**
 * Shares of a map's positive energy on pixels of one class and of all other classes, 0…1; void and background count in
 * the whole. Both undefined for a map without energy.
 * @param map at the mask's size
 * @param mask 0 background, k + 1 class k, 255 void
 */
export function energyShares(
  map: Heatmap,
  mask: ClassMask,
  classIndex: number,
): { readonly own: number; readonly others: number } | undefined {
  let total = 0;
  let own = 0;
  let others = 0;
  for (let i = 0; i < map.data.length; i++) {
    const energy = Math.max(0, map.data[i]!);
    const value = mask.data[i]!;
    total += energy;
    if (value === classIndex + 1) own += energy;
    else if (value !== 0 && value !== 255) others += energy;
  }
  return total === 0 ? undefined : { own: own / total, others: others / total };
}

async function judge(
  image: ExplainedImage,
  { outputs, classes }: JudgedNetwork,
  { attributes }: Options,
): Promise<BiasRecord> {
  const truth = image.truth.labels.find((label) => classes[label]!.id in attributes);
  const mask = await image.mask();
  if (truth === undefined || mask === undefined) {
    return { values: outputs.map(() => MEASURES.map(() => null)) };
  }
  const guess = image.top[0]!;
  const right = guess.classIndex === truth ? 100 : 0;
  const usual = attributes[classes[truth]!.id];
  const isUsual = image.truth.labels.some((label) => classes[label]!.id === usual);
  const values = outputs.map((_, output) => {
    // The map of the decision itself, right or wrong; the object is the one that is there.
    const shares = energyShares(mapOnImage(guess.map(output), image.geometry), mask, truth);
    return [
      right,
      isUsual ? right : null,
      isUsual ? null : right,
      shares === undefined ? null : round(100 * shares.own),
      shares === undefined ? null : round(100 * shares.others),
    ];
  });
  return { values };
}

const round = (value: number) => roundTo(value, 4);

export const bias = defineExperiment({
  name: 'bias',
  summary:
    "accuracy without the training's bias, and the map's energy on the object against on the attribute",
  reference: 'Selvaraju et al., "Grad-CAM" (ICCV 2017), section 6.3, identifying bias in dataset',
  reads: INTERVALS,
  options,
  configure: (own: Options, { networks }: Pick<BenchConfig, 'networks'>) => {
    if (own.pairs !== undefined) checkPairs(own.pairs, networks);
    return {
      needs: { top: 1, requires: ['labels', 'masks'] },
      judge: (image, network) => judge(image, network, own),
      record: ({ outputs }) => z.strictObject({ values: imageValues(outputs.length, MEASURES.length) }),
      report: (run: RunRecords<BiasRecord>) => report(run, own),
    };
  },
});

async function report(run: RunRecords<BiasRecord>, { pairs }: Options): Promise<Report> {
  const valuesOf = ({ values }: BiasRecord) => values;
  const rows = await meanRows(run, MEASURES, valuesOf);
  const table = { name: 'table.csv', text: meanCsv(run, rows) };
  const lines = meanLines(run, rows, 'an unbiased test set, in %');
  if (pairs === undefined) return { files: [table], figures: [], lines };
  const names = { measures: MEASURES, usual: USUAL, other: OTHER };
  const paired = await pairRows(run, pairs, names, valuesOf);
  return {
    files: [table, { name: 'pairs.csv', text: pairsCsv(paired) }],
    figures: [],
    lines: [...lines, ...pairLines(paired)],
  };
}
