import type { Figure } from '../../eval/experiment.js';
import { publishedRows } from '../../eval/published.js';
import { formatTable } from '../../report/console-table.js';
import { type Cell, csvLines, fixed } from '../../report/csv.js';
import { best, type OutputResult, type Run, type Thresholds, thresholdsOf } from './evaluate.js';

export function tableCsv(run: Run, results: readonly OutputResult[], own: Thresholds): string {
  const head = ['data', 'network', 'method', 'layer', 'threshold', 'n', 'mean_iou', 'low', 'high'];
  const rows = results.map((result): Cell[] => {
    const { interval } = result;
    const { threshold, iou } = best(result, thresholdsOf(own));
    const published = publishedRows(run.published, { network: result.paper, method: result.method })[0];
    return [
      ...[run.data.label, result.network, result.method, result.layer, String(own.threshold)],
      String(interval?.n ?? 0),
      ...[interval?.estimate, interval?.low, interval?.high, iou].map((value) => fixed(value, 2)),
      threshold?.toString(),
      fixed(published?.values.mean_iou, 1),
      published && `${published.source}, ${published.data}`,
    ];
  });
  return csvLines([
    [...head, 'best_mean_iou', 'best_threshold', 'published_after_sec', 'published_on'],
    ...rows,
  ]);
}

export function classesCsv(run: Run, results: readonly OutputResult[]): string {
  const names = ['background', ...run.classes.map(({ name }) => name)];
  const rows = results.flatMap(({ network, method, layer, ious }) =>
    ious.map((iou, label) => [network, method, layer, names[label], fixed(iou, 2)]),
  );
  return csvLines([['network', 'method', 'layer', 'class', 'iou'], ...rows]);
}

export function sweepCsv(results: readonly OutputResult[], thresholds: readonly number[]): string {
  const rows = results.flatMap(({ network, method, layer, sweep }) =>
    sweep.map((iou, at) => [network, method, layer, String(thresholds[at]), fixed(iou, 2)]),
  );
  return csvLines([['network', 'method', 'layer', 'threshold', 'mean_iou'], ...rows]);
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

export function consoleLines(run: Run, results: readonly OutputResult[], own: Thresholds): readonly string[] {
  // A run of segmenters alone.
  if (results.length === 0) return [];
  const cells = results.map((result) => {
    const { network, method, layer, interval } = result;
    const { threshold, iou } = best(result, thresholdsOf(own));
    const [value, low, high] = [interval?.estimate, interval?.low, interval?.high].map((v) => fixed(v, 1));
    const measured = interval === undefined ? '–' : `${value} (${low}–${high})`;
    const swept = threshold === undefined ? '–' : `${fixed(iou, 1)} at ${threshold}`;
    return [network, method, layer, String(interval?.n ?? 0), measured, swept];
  });
  const left = ['network', 'method', 'layer'].map((title) => ({ title, align: 'left' as const }));
  const right = ['n', `mean IoU at ${own.threshold}`, 'best of the sweep'];
  return [
    `${run.data.label}: seeds of the image's known classes against its mask, in %`,
    '',
    ...formatTable([...left, ...right.map((title) => ({ title, align: 'right' as const }))], cells),
    ...(results.some(({ interval }) => interval !== undefined)
      ? []
      : ['', 'No image has a mask: nothing was measured.']),
  ];
}
