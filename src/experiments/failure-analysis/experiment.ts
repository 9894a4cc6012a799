import { z } from 'zod';
import { section } from '../../config/section.js';
import type { GtKnownMeasures } from '../../eval/boxes/gt-known.js';
import { defineExperiment, type RunRecords } from '../../eval/experiment.js';
import { bootstrapMean, type Interval } from '../../eval/statistics/bootstrap.js';
import { formatTable } from '../../report/console-table.js';
import { type Cell, csvLines, fixed } from '../../report/csv.js';
import { classIndex, foundRecord, share, thumbnailText } from '../record-schemas.js';
import { figures, ranked } from './figures.js';
import { type FailureRecord, failureRecord, type MaybeRecord } from './record.js';

/* Images that the network gets wrong: does the map of the true class still find its object? */

type Run = RunRecords<MaybeRecord>;

interface Row {
  readonly cells: readonly string[];
  readonly intervals: readonly (Interval | undefined)[];
}

const GROUPS = [
  { name: 'right images, true class', wrong: false, side: 'truth' },
  { name: 'wrong images, true class', wrong: true, side: 'truth' },
  { name: 'wrong images, predicted class', wrong: true, side: 'guess' },
] as const;
const MEASURES = ['localized', 'pointed', 'energy_inside'] as const;

async function summary(run: Run): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const { name, outputs, records } of run.networks) {
    const all: FailureRecord[] = [];
    for await (const { record } of records()) if (record !== null) all.push(record);
    outputs.forEach(({ method, layer }, output) => {
      for (const { name: group, wrong, side } of GROUPS) {
        const own = all.filter((record) => record.wrong === wrong).map((record) => record[side][output]!);
        const mean = (of: (one: GtKnownMeasures) => number) =>
          bootstrapMean(
            own.map((one) => 100 * of(one)),
            run.bootstrap,
          );
        const intervals = [
          mean(({ iou }) => Number(iou >= 0.5)),
          mean(({ pointed }) => Number(pointed)),
          mean(({ energy }) => energy),
        ];
        rows.push({ cells: [name, method, layer, group, String(own.length)], intervals });
      }
    });
  }
  return rows;
}

/** A line per wrong image, the most confident mistakes first. */
async function failuresCsv(run: Run): Promise<string> {
  const lines: Cell[][] = [];
  for (const { name, outputs, records } of run.networks) {
    for (const { id, record } of await ranked(records())) {
      outputs.forEach(({ method, layer }, output) => {
        const [truth, guess] = [record.truth[output]!, record.guess[output]!];
        lines.push([
          ...[name, method, layer, id, run.classes[record.predicted]!.name, run.classes[record.true]!.name],
          ...record.confidence.map((value) => fixed(value, 4)),
          ...[truth, guess].flatMap(({ iou, pointed, energy }) => [
            ...[fixed(iou, 4), pointed ? '1' : '0', fixed(100 * energy, 2)],
          ]),
        ]);
      });
    }
  }
  const each = ['iou', 'pointed', 'energy_inside'];
  const head = [
    ...['network', 'method', 'layer', 'image', 'predicted', 'true', 'confidence', 'confidence_of_true'],
    ...each.map((measure) => `true_${measure}`),
    ...each.map((measure) => `predicted_${measure}`),
  ];
  return csvLines([head, ...lines]);
}

function describe(interval: Interval | undefined): string {
  if (interval === undefined) return '–';
  return `${fixed(interval.estimate, 1)} (${fixed(interval.low, 1)}–${fixed(interval.high, 1)})`;
}

export const failureAnalysis = defineExperiment({
  name: 'failure-analysis',
  summary:
    'images that the network gets wrong, ranked by confidence: does the true class’s map find its object?',
  reference: 'Selvaraju et al., ICCV 2017, section 6.1',
  options: section({}),
  configure: () => ({
    needs: { top: 1, given: ({ labels }) => labels },
    judge: failureRecord,
    record: ({ outputs, classes }) => {
      const found = z.array(foundRecord).length(outputs.length);
      const maps = z.array(z.tuple([thumbnailText, thumbnailText]));
      const common = {
        ...{ predicted: classIndex(classes), true: classIndex(classes) },
        ...{ confidence: z.tuple([share, share]), truth: found, guess: found },
      };
      return z
        .union([
          z.strictObject({ wrong: z.literal(false), ...common, maps: maps.length(0) }),
          z.strictObject({ wrong: z.literal(true), ...common, maps: maps.length(outputs.length) }),
        ])
        .nullable();
    },
    report: async (run: Run) => {
      const rows = await summary(run);
      const cells = rows.map(({ cells: own, intervals }) => [
        ...[run.data.label, ...own],
        ...intervals.flatMap((one) => [one?.estimate, one?.low, one?.high].map((value) => fixed(value, 2))),
      ]);
      const names = ['network', 'method', 'layer', 'images', 'n'];
      const numbers = MEASURES.flatMap((name) => [name, `${name}_low`, `${name}_high`]);
      const columns = [
        ...['network', 'method', 'layer', 'images'].map((title) => ({ title, align: 'left' as const })),
        ...['n', 'box IoU ≥ 0.5', 'maximum inside', 'energy inside'].map((title) => ({
          ...{ title, align: 'right' as const },
        })),
      ];
      return {
        files: [
          { name: 'table.csv', text: csvLines([['data', ...names, ...numbers], ...cells]) },
          { name: 'failures.csv', text: await failuresCsv(run) },
        ],
        figures: await figures(run),
        lines: [
          `${run.data.label}: maps on the boxes of the true class, in %`,
          '',
          ...formatTable(
            columns,
            rows.map(({ cells: own, intervals }) => [...own, ...intervals.map(describe)]),
          ),
        ],
      };
    },
  }),
});
