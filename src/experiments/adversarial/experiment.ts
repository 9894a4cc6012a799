import { z } from 'zod';
import { ConfigError } from '../../base/errors.js';
import type { BenchConfig } from '../../config/schema.js';
import { section } from '../../config/section.js';
import { defineExperiment, type Figure, type RunRecords } from '../../eval/experiment.js';
import { distinctWords } from '../../eval/file-word.js';
import type { FigureRow } from '../../figures/spec.js';
import { drawnPicture, keptWords, thumbnailCell } from '../kept-picture.js';
import { boxDrawers } from '../localization/drawer.js';
import {
  type ImageValues,
  type MeanRow,
  type Measure,
  meanCsv,
  meanLines,
  meanRows,
  outputLabel,
} from '../mean-table.js';
import { BOXES, INTERVALS } from '../reads.js';
import { classIndex, foundRecord, pictureText, share, thumbnailText } from '../record-schemas.js';
import { type AdversarialOptions, type AdversarialRecord, adversarialRecord } from './record.js';

/* An image that the network is made to take for something else: does the true class's map still find its object? */

/** Images a figure. */
const SHOWN = 4;

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

/** `reached` is of all images, the rest of those that the attack reached. */
function attackValues(record: MaybeRecord): ImageValues {
  if (record === null) return [ATTACK.map(() => null)];
  const { reached, steps, confidence } = record;
  if (!reached) return [[0, ...ATTACK.slice(1).map(() => null)]];
  return [[100, steps, ...confidence.true, ...confidence.target]];
}

function mapValues(record: MaybeRecord, outputs: number, iou: number): ImageValues {
  if (!record?.reached) return Array.from({ length: outputs }, () => MAPS.map(() => null));
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
    return [...measures, 100 * record.uniform, record.correlation[output]!];
  });
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
    rows.push(...(await meanRows(one, MAPS, (record) => mapValues(record, network.outputs.length, iou))));
  }
  return rows;
}

async function figures(run: Run, { kind, epsilon }: AdversarialOptions): Promise<readonly Figure[]> {
  const drawn: Figure[] = [];
  const words = distinctWords(run.networks.map(({ name }) => name));
  for (const [n, { name, outputs, records }] of run.networks.entries()) {
    const rows: FigureRow[] = [];
    for await (const { id, record } of records()) {
      if (rows.length === SHOWN) break;
      if (record?.pictures !== undefined) rows.push(await rowOf(run, id, record));
    }
    if (rows.length === 0) continue;
    const attack = `${kind}, at most ${epsilon} of 255 a pixel`;
    drawn.push({
      name: `adversarial-${words[n]}.svg`,
      pictures: {
        title: {
          title: 'Before and after the attack',
          details: [outputLabel(name, outputs[0]!), 'the first images that were right and are not any more'],
        },
        columns: ['image', 'map before', 'attacked image', 'map after'].map((title) => ({ title })),
        rows,
        caption: [attack, 'maps of the true class', run.data.label, keptWords],
      },
    });
  }
  return drawn;
}

async function rowOf(run: Run, id: string, record: AdversarialRecord): Promise<FigureRow> {
  const nameOf = (index: number) => run.classes[index]!.name.split(',')[0]!;
  const percent = (value: number) => `${(100 * value).toFixed(value > 0.999 ? 2 : 1)} %`;
  const { confidence, pictures, maps } = record;
  const sides = await Promise.all(
    [id, ''].map(async (title, when) => {
      const says = (['true', 'target'] as const).map(
        (which) => `${percent(confidence[which][when]!)} ${nameOf(record[which])}`,
      );
      const drawn = await drawnPicture({ jpeg: pictures![when]! });
      return [
        { ...drawn, caption: { title, details: says } },
        { ...thumbnailCell(drawn, maps![when]!), caption: { title: nameOf(record.true) } },
      ];
    }),
  );
  return { cells: sides.flat() };
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
      record: ({ outputs, classes }) => {
        const pair = z.tuple([share, share]);
        const ofOutput = <T extends z.ZodType>(value: T) => z.array(value).length(outputs.length);
        return z
          .strictObject({
            ...{ true: classIndex(classes), target: classIndex(classes) },
            ...{ right: z.boolean(), reached: z.boolean(), steps: z.int().min(0) },
            confidence: z.strictObject({ true: pair, target: pair }),
            found: ofOutput(z.tuple([foundRecord, foundRecord])),
            uniform: share,
            correlation: ofOutput(z.number().nullable()),
            pictures: z.tuple([pictureText, pictureText]).optional(),
            maps: z.tuple([thumbnailText, thumbnailText]).optional(),
          })
          .refine(({ pictures, maps }) => (pictures === undefined) === (maps === undefined))
          .nullable();
      },
      report: async (run: Run) => {
        const attacks = await attackRows(run, own.kind);
        const maps = await mapRows(run, iou);
        const shown = maps.filter(({ measure }) => !measure.name.endsWith('_change'));
        return {
          files: [{ name: 'table.csv', text: meanCsv(run, [...attacks, ...maps]) }],
          figures: await figures(run, own),
          lines: [
            ...meanLines(run, attacks, `the attack, at most ${own.epsilon} of 255 a pixel`),
            '',
            ...meanLines(run, shown, 'the true class’s map on its boxes where the attack got through, in %'),
          ],
        };
      },
    };
  },
});
