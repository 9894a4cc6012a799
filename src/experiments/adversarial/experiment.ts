import { z } from 'zod';
import { ConfigError } from '../../base/errors.js';
import type { BenchConfig } from '../../config/schema.js';
import { section } from '../../config/section.js';
import { defineExperiment, type RunRecords } from '../../eval/experiment.js';
import { boxDrawers } from '../localization/drawer.js';
import { type ImageValues, type MeanRow, type Measure, meanCsv, meanLines, meanRows } from '../mean-table.js';
import { BOXES, INTERVALS } from '../reads.js';
import { figures } from './figures.js';
import {
  type AdversarialOptions,
  type AdversarialRecord,
  adversarialRecord,
  adversarialSchema,
} from './record.js';

/* An image that the network is made to take for something else: does the true class's map still find its object? */

const options = section({
  /** Iterative FGSM begins at the image, PGD at a random point within the bound. */
  kind: z.enum(['fgsm', 'pgd']).default('fgsm'),
  /** The L∞ bound, in pixels of 0…255. */
  epsilon: z.number().gt(0).max(255).default(8),
  /** Length of a step, in the same unit. */
  step: z.number().gt(0).max(255).default(1),
  iterations: z.int().min(1).max(10_000).default(50),
  /** The attack is over when the target is more probable than this. */
  confidence: z.number().gt(0).lt(1).default(0.9999),
  /** An absent class: any, drawn by the image's id, or the one with the lowest score. */
  target: z.enum(['random', 'least-likely']).default('random'),
  seed: z
    .int()
    .min(0)
    .max(2 ** 32)
    .default(1),
}) satisfies z.ZodType<AdversarialOptions>;

type MaybeRecord = AdversarialRecord | null;
type Run = RunRecords<MaybeRecord>;

const ATTACK: readonly Measure[] = [
  { name: 'reached', unit: '%', digits: 2 },
  { name: 'steps', unit: 'steps', digits: 2 },
  { name: 'confidence_true_before', unit: 'probability', digits: 4 },
  { name: 'confidence_true_after', unit: 'probability', digits: 6 },
  { name: 'confidence_target_before', unit: 'probability', digits: 4 },
  { name: 'confidence_target_after', unit: 'probability', digits: 6 },
];
const FOUND = ['localization_error', 'pointing_accuracy', 'energy_inside'] as const;
const MAPS: readonly Measure[] = [
  ...FOUND.flatMap((name) =>
    ['before', 'after', 'change'].map((when) => ({ name: `${name}_${when}`, unit: '%', digits: 2 })),
  ),
  { name: 'energy_of_uniform_map', unit: '%', digits: 2 },
  { name: 'map_correlation', unit: 'ρ', digits: 4 },
];
/** What a map does on the same boxes that knows nothing of the true class: it looks at the middle, or for the target. */
const CONTROLS: readonly Measure[] = [
  'localization_error_center',
  'pointing_accuracy_center',
  'localization_error_target_after',
  'pointing_accuracy_target_after',
  'energy_inside_target_after',
  // The true class's map minus the control's, on the same image: paired.
  'energy_above_target_after',
  'energy_above_uniform_after',
  'pointing_above_center_after',
].map((name) => ({ name, unit: '%', digits: 2 }));
/** Of images that show two known classes, as the paper's cat and dog: the second one, and both. */
const TWO: readonly Measure[] = [
  ...['confidence_second_before', 'confidence_second_after'].map((name) => {
    return { name, unit: 'probability', digits: 6 };
  }),
  ...['second', 'both'].flatMap((name) =>
    ['before', 'after'].map((when) => ({ name: `pointing_accuracy_${name}_${when}`, unit: '%', digits: 2 })),
  ),
];
const ALL_MAPS = [...MAPS, ...CONTROLS, ...TWO];

/** `reached` is of all images, the rest of those that the attack reached. */
function attackValues(record: MaybeRecord): ImageValues {
  if (record === null) return [ATTACK.map(() => null)];
  const { reached, steps, confidence } = record;
  if (!reached) return [[0, ...ATTACK.slice(1).map(() => null)]];
  return [[100, steps, ...confidence.true, ...confidence.target]];
}

function mapValues(record: MaybeRecord, outputs: number, iou: number): ImageValues {
  if (!record?.reached) return Array.from({ length: outputs }, () => ALL_MAPS.map(() => null));
  return record.found.map(([before, after], output) => {
    const sides = [before, after].map((one) => [
      one.iou < iou ? 100 : 0,
      one.pointed ? 100 : 0,
      100 * one.energy,
    ]);
    const measures = FOUND.flatMap((_, m) => {
      const [first, second] = [sides[0]![m]!, sides[1]![m]!];
      return [first, second, second - first];
    });
    return [
      ...[...measures, 100 * record.uniform, record.correlation[output]!],
      ...controlValues(record, output, iou),
      ...twoValues(record, output),
    ];
  });
}

function controlValues(record: AdversarialRecord, output: number, iou: number) {
  const { center, targetFound, found, uniform } = record;
  const target = targetFound[output]!;
  const [, after] = found[output]!;
  const missed = (one: { readonly iou: number }) => (one.iou < iou ? 100 : 0);
  return [
    ...[missed(center), center.pointed ? 100 : 0],
    ...[missed(target), target.pointed ? 100 : 0, 100 * target.energy],
    ...[100 * (after.energy - target.energy), 100 * (after.energy - uniform)],
    100 * (Number(after.pointed) - Number(center.pointed)),
  ];
}

function twoValues({ second, found }: AdversarialRecord, output: number) {
  if (second === undefined) return TWO.map(() => null);
  const own = second.found[output]!.map(({ pointed }) => pointed);
  const both = own.map((pointed, when) => pointed && found[output]![when]!.pointed);
  return [...second.confidence, ...[...own, ...both].map((pointed) => (pointed ? 100 : 0))];
}

/** The attack knows no maps: its rows are of the first output alone, under its own name. */
async function attackRows(run: Run, kind: string): Promise<readonly MeanRow[]> {
  const networks = run.networks.map((network) => ({ ...network, outputs: network.outputs.slice(0, 1) }));
  const rows = await meanRows({ ...run, networks }, ATTACK, attackValues);
  return rows.map((row) => ({ ...row, method: kind, layer: 'input' }));
}

async function mapRows(run: Run, iou: number): Promise<readonly MeanRow[]> {
  const rows: MeanRow[] = [];
  for (const network of run.networks) {
    const one = { ...run, networks: [network] };
    rows.push(...(await meanRows(one, ALL_MAPS, (record) => mapValues(record, network.outputs.length, iou))));
  }
  return rows;
}

export const adversarial = defineExperiment({
  name: 'adversarial',
  summary: 'images attacked until the network is sure of an absent class: is the true class still found?',
  reference: 'Selvaraju et al., ICCV 2017, section 6.2; Kurakin et al. 2017, Madry et al. 2018',
  reads: [...INTERVALS, ...BOXES],
  options,
  configure: (own: AdversarialOptions, config: BenchConfig) => {
    const drawers = boxDrawers(config);
    const { iou } = config.localization;
    // The attacked copy is no picture of the data set's.
    if (drawers.pixels) {
      throw new ConfigError(
        'experiment: adversarial draws no boxes by localization.rule grabcut; choose another',
      );
    }
    return {
      needs: { top: 1, changes: true, requires: ['labels', 'boxes'] },
      judge: (image, network) => adversarialRecord(image, network, own, drawers.of(network)),
      record: adversarialSchema,
      report: async (run: Run) => {
        const attacks = await attackRows(run, own.kind);
        const maps = await mapRows(run, iou);
        const of = (measures: readonly Measure[]) => maps.filter(({ measure }) => measures.includes(measure));
        const shown = of(MAPS).filter(({ measure }) => !measure.name.endsWith('_change'));
        const two = of(TWO);
        return {
          files: [{ name: 'table.csv', text: meanCsv(run, [...attacks, ...maps]) }],
          figures: await figures(run, own),
          lines: [
            ...meanLines(run, attacks, `the attack, at most ${own.epsilon} of 255 a pixel`),
            '',
            ...meanLines(run, shown, 'the true class’s map on its boxes where the attack got through, in %'),
            '',
            ...meanLines(
              run,
              of(CONTROLS),
              'the same boxes and the image’s middle, or the false class’s map, in %',
            ),
            ...(two.some(({ interval }) => interval !== undefined)
              ? ['', ...meanLines(run, two, 'images of two classes: the second one, and both')]
              : []),
          ],
        };
      },
    };
  },
});
