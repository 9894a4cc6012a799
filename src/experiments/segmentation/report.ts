import type { ReportLine } from '../../base/table.js';
import type { Figure } from '../../eval/experiment.js';
import { columns, rowNames } from '../../report/columns.js';
import { fixed } from '../../report/csv.js';
import { publishedOf } from '../mean-table.js';
import { best, type OutputResult, type Run, type Thresholds, thresholdsOf } from './evaluate.js';

function table(run: Run, own: Thresholds) {
  const thresholds = thresholdsOf(own);
  return columns<OutputResult>([
    { name: 'data', of: () => run.data.label },
    ...rowNames<OutputResult>(),
    { name: 'threshold', of: () => own.threshold },
    { name: 'n', of: ({ interval }) => interval?.n ?? 0, align: 'right' },
    {
      ...{ name: ['mean_iou', 'low', 'high'], of: ({ interval }) => interval, digits: 2 },
      ...{ title: `mean IoU at ${own.threshold}`, align: 'right', shown: [1, 1] },
    },
    {
      ...{ name: 'best_mean_iou', of: (result) => best(result, thresholds).iou, digits: 2 },
      ...{ title: 'best of the sweep', align: 'right', shown: (result) => bestText(result, thresholds) },
    },
    { name: 'best_threshold', of: (result) => best(result, thresholds).threshold },
    { name: 'published_after_sec', of: (result) => publishedOf(run, result, 'mean_iou')?.value, digits: 1 },
    { name: 'published_on', of: (result) => publishedOf(run, result, 'mean_iou')?.source },
  ]);
}

function bestText(result: OutputResult, thresholds: readonly number[]): string {
  const { threshold, iou } = best(result, thresholds);
  return threshold === undefined ? '–' : `${fixed(iou, 1)} at ${threshold}`;
}

export function tableCsv(run: Run, results: readonly OutputResult[], own: Thresholds): string {
  return table(run, own).csv(results);
}

/** A value of a result's list, of a label or of a threshold. */
interface Listed extends OutputResult {
  readonly at: string | number | undefined;
  readonly iou: number | undefined;
}

export function classesCsv(run: Run, results: readonly OutputResult[]): string {
  const names = ['background', ...run.classes.map(({ name }) => name)];
  return columns<Listed>([
    ...rowNames<Listed>(),
    { name: 'class', of: ({ at }) => at },
    { name: 'iou', of: ({ iou }) => iou, digits: 2 },
  ]).csv(
    results.flatMap((result) => result.ious.map((iou, label) => ({ ...result, at: names[label], iou }))),
  );
}

export function sweepCsv(results: readonly OutputResult[], thresholds: readonly number[]): string {
  return columns<Listed>([
    ...rowNames<Listed>(),
    { name: 'threshold', of: ({ at }) => at },
    { name: 'mean_iou', of: ({ iou }) => iou, digits: 2 },
  ]).csv(results.flatMap((result) => result.sweep.map((iou, i) => ({ ...result, at: thresholds[i], iou }))));
}

export function sweepFigure(
  run: Run,
  results: readonly OutputResult[],
  thresholds: readonly number[],
): Figure {
  const values = results.flatMap(({ network, method, sweep }) =>
    sweep.map((iou, at) => ({ series: `${network} ${method}`, threshold: thresholds[at], iou })),
  );
  const series = { field: 'series', type: 'nominal', title: null };
  return {
    name: 'sweep.svg',
    spec: {
      title: {
        text: 'Segmentation seeds: mean IoU over the threshold',
        subtitle: `${run.data.label}, n = ${results[0]?.interval?.n ?? 0} images with a mask`,
      },
      data: { values },
      mark: { type: 'line', point: true },
      encoding: {
        x: { field: 'threshold', type: 'quantitative', title: "threshold (share of the map's maximum)" },
        y: { field: 'iou', type: 'quantitative', title: 'mean IoU (%)' },
        color: series,
        strokeDash: series,
        shape: series,
      },
    },
  };
}

export function consoleLines(
  run: Run,
  results: readonly OutputResult[],
  own: Thresholds,
): readonly ReportLine[] {
  // A run of segmenters alone.
  if (results.length === 0) return [];
  return [
    `${run.data.label}: seeds of the image's known classes against its mask, in %`,
    '',
    table(run, own).shown(results),
    ...(results.some(({ interval }) => interval !== undefined)
      ? []
      : ['', 'No image has a mask: nothing was measured.']),
  ];
}
