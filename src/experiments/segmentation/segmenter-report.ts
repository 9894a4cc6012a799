import type { OutputFile } from '../../eval/experiment.js';
import { formatTable } from '../../report/console-table.js';
import { type Cell, csvLines, fixed } from '../../report/csv.js';
import type { Run, SegmenterResult } from './evaluate.js';

const yesNo = (value: boolean) => (value ? 'yes' : 'no');

/** Files of the segmenters; none where a run has none. */
export function segmenterFiles(run: Run, results: readonly SegmenterResult[]): readonly OutputFile[] {
  if (results.length === 0) return [];
  const rows = results.map(({ network, labels, crf, interval }): Cell[] => [
    ...[run.data.label, network, labels, yesNo(crf), String(interval?.n ?? 0)],
    ...[interval?.estimate, interval?.low, interval?.high].map((value) => fixed(value, 2)),
  ]);
  const names = ['background', ...run.classes.map(({ name }) => name)];
  const classes = results.flatMap(({ network, labels, crf, ious }) =>
    ious.map((iou, label) => [network, labels, yesNo(crf), names[label], fixed(iou, 2)]),
  );
  const head = ['data', 'network', 'labels', 'crf', 'n', 'mean_iou', 'low', 'high'];
  return [
    { name: 'segmenters.csv', text: csvLines([head, ...rows]) },
    {
      name: 'segmenter-classes.csv',
      text: csvLines([['network', 'labels', 'crf', 'class', 'iou'], ...classes]),
    },
  ];
}

/** The same for people, below the seeds. */
export function segmenterLines(run: Run, results: readonly SegmenterResult[]): readonly string[] {
  if (results.length === 0) return [];
  const cells = results.map(({ network, labels, crf, interval }) => {
    const [value, low, high] = [interval?.estimate, interval?.low, interval?.high].map((v) => fixed(v, 1));
    const measured = interval === undefined ? '–' : `${value} (${low}–${high})`;
    return [network, labels, yesNo(crf), String(interval?.n ?? 0), measured];
  });
  const left = ['network', 'labels at test', 'CRF'].map((title) => ({ title, align: 'left' as const }));
  const right = ['n', 'mean IoU'].map((title) => ({ title, align: 'right' as const }));
  return [`${run.data.label}: masks of segmenters, in %`, '', ...formatTable([...left, ...right], cells)];
}
