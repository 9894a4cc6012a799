import { z } from 'zod';
import type { BenchConfig } from '../../config/schema.js';
import { section } from '../../config/section.js';
import type { GtKnownMeasures } from '../../eval/boxes/gt-known.js';
import { defineExperiment, type OutputName, type RunRecords } from '../../eval/experiment.js';
import { bootstrapMean, type Interval } from '../../eval/statistics/bootstrap.js';
import { bounded, columns, rowNames } from '../../report/columns.js';
import { keptPictureRecord } from '../kept-picture.js';
import { boxDrawers } from '../localization/drawer.js';
import { BOXES, INTERVALS } from '../reads.js';
import { classIndex, foundRecord, share, thumbnailText } from '../record-schemas.js';
import { figures, ranked } from './figures.js';
import { type FailureRecord, failureRecord, type MaybeRecord, NO_GUESS } from './record.js';

/* Images that the network gets wrong: does the map of the true class still find its object? */

type Run = RunRecords<MaybeRecord>;

/** A group of a network's images, and a method's maps of them. */
interface Row extends OutputName {
  readonly network: string;
  readonly group: string;
  readonly images: number;
  readonly localized: Interval | undefined;
  readonly pointed: Interval | undefined;
  readonly energy: Interval | undefined;
}

const GROUPS = [
  { name: 'right images, true class', wrong: false, side: 'truth' },
  { name: 'wrong images, true class', wrong: true, side: 'truth' },
  { name: 'wrong images, predicted class', wrong: true, side: 'guess' },
] as const;

async function summary(run: Run, least: number): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const { name: network, outputs, records } of run.networks) {
    const all: FailureRecord[] = [];
    for await (const { record } of records()) if (record !== null) all.push(record);
    outputs.forEach((names, output) => {
      for (const { name: group, wrong, side } of GROUPS) {
        const own = all.filter((record) => record.wrong === wrong).map((record) => record[side][output]!);
        const mean = (of: (one: GtKnownMeasures) => number) =>
          bootstrapMean(
            own.map((one) => 100 * of(one)),
            run.bootstrap,
          );
        rows.push({
          ...{ ...names, network, group, images: own.length },
          localized: mean(({ iou }) => Number(iou >= least)),
          pointed: mean(({ pointed }) => Number(pointed)),
          energy: mean(({ energy }) => energy),
        });
      }
    });
  }
  return rows;
}

function summaryTable(run: Run, least: number) {
  const shown = { digits: 2, align: 'right', shown: [1, 1] } as const;
  return columns<Row>([
    { name: 'data', of: () => run.data.label },
    ...rowNames<Row>(),
    { name: 'images', of: ({ group }) => group, align: 'left' },
    { name: 'n', of: ({ images }) => images, align: 'right' },
    { name: bounded('localized'), of: (row) => row.localized, title: `box IoU ≥ ${least}`, ...shown },
    { name: bounded('pointed'), of: (row) => row.pointed, title: 'maximum inside', ...shown },
    { name: bounded('energy_inside'), of: (row) => row.energy, title: 'energy inside', ...shown },
  ]);
}

/** A wrong image and a method's maps of it. */
interface Failure extends OutputName {
  readonly network: string;
  readonly id: string;
  readonly record: FailureRecord;
  readonly output: number;
}

function failureColumns(run: Run) {
  const nameOf = (index: number) => (index === NO_GUESS ? '' : run.classes[index]!.name);
  const sides = (
    [
      ['true', 'truth'],
      ['predicted', 'guess'],
    ] as const
  ).flatMap(([word, side]) => {
    const of = ({ record, output }: Failure) => record[side][output]!;
    return [
      { name: `${word}_iou`, of: (row: Failure) => of(row).iou, digits: 4 },
      { name: `${word}_pointed`, of: (row: Failure) => Number(of(row).pointed) },
      { name: `${word}_energy_inside`, of: (row: Failure) => 100 * of(row).energy, digits: 2 },
    ];
  });
  return columns<Failure>([
    ...rowNames<Failure>(),
    { name: 'image', of: ({ id }) => id },
    { name: 'predicted', of: ({ record }) => nameOf(record.predicted) },
    { name: 'true', of: ({ record }) => nameOf(record.true) },
    { name: 'confidence', of: ({ record }) => record.confidence[0], digits: 4 },
    { name: 'confidence_of_true', of: ({ record }) => record.confidence[1], digits: 4 },
    ...sides,
  ]);
}

/** A line per wrong image, the most confident mistakes first. */
async function failuresCsv(run: Run): Promise<string> {
  const failures: Failure[] = [];
  for (const { name: network, outputs, records } of run.networks) {
    for (const { id, record } of await ranked(records())) {
      outputs.forEach((names, output) => {
        failures.push({ ...names, network, id, record, output });
      });
    }
  }
  return failureColumns(run).csv(failures);
}

export const failureAnalysis = defineExperiment({
  name: 'failure-analysis',
  summary:
    'images that the network gets wrong, ranked by confidence: does the true class’s map find its object?',
  reference: 'Selvaraju et al., ICCV 2017, section 6.1',
  reads: [...INTERVALS, ...BOXES],
  mapsAlone: true,
  options: section({}),
  configure: (_options, config: BenchConfig) => {
    const drawers = boxDrawers(config);
    const { iou } = config.localization;
    return {
      needs: {
        top: 1,
        given: ({ labels }) => labels,
        pixels: true,
        probabilities: true,
        requires: ['labels', 'boxes'],
      },
      judge: (image, network) => failureRecord(image, network, drawers.of(network)),
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
            z.strictObject({
              ...{ wrong: z.literal(true), ...common, maps: maps.length(outputs.length) },
              picture: keptPictureRecord,
            }),
            z.strictObject({
              ...{ wrong: z.literal(true), ...common, predicted: z.literal(NO_GUESS) },
              ...{ confidence: z.tuple([z.literal(0), z.literal(0)]), maps: maps.length(0) },
            }),
          ])
          .nullable();
      },
      report: async (run: Run) => {
        const rows = await summary(run, iou);
        const table = summaryTable(run, iou);
        return {
          files: [
            { name: 'table.csv', text: table.csv(rows) },
            { name: 'failures.csv', text: await failuresCsv(run) },
          ],
          figures: await figures(run),
          lines: [`${run.data.label}: maps on the boxes of the true class, in %`, '', table.shown(rows)],
        };
      },
    };
  },
});
