import type { ReportLine } from '../../base/table.js';
import type { OutputFile } from '../../eval/experiment.js';
import { columns } from '../../report/columns.js';
import type { Run, SegmenterResult } from './evaluate.js';

const yesNo = ({ crf }: Pick<SegmenterResult, 'crf'>): string => (crf ? 'yes' : 'no');

function table(run: Run) {
  return columns<SegmenterResult>([
    { name: 'data', of: () => run.data.label },
    { name: 'network', of: ({ network }) => network, align: 'left' },
    { name: 'labels', of: ({ labels }) => labels, title: 'labels at test', align: 'left' },
    { name: 'crf', of: yesNo, title: 'CRF', align: 'left' },
    { name: 'n', of: ({ interval }) => interval?.n ?? 0, align: 'right' },
    {
      ...{ name: ['mean_iou', 'low', 'high'], of: ({ interval }) => interval, digits: 2 },
      ...{ title: 'mean IoU', align: 'right', shown: [1, 1] },
    },
  ]);
}

/** A label's part of a result. */
interface Listed extends SegmenterResult {
  readonly class: string | undefined;
  readonly iou: number | undefined;
}

/** Files of the segmenters; none where a run has none. */
export function segmenterFiles(run: Run, results: readonly SegmenterResult[]): readonly OutputFile[] {
  if (results.length === 0) return [];
  const names = ['background', ...run.classes.map(({ name }) => name)];
  const classes = columns<Listed>([
    ...(['network', 'labels'] as const),
    { name: 'crf', of: yesNo },
    'class',
    { name: 'iou', of: ({ iou }) => iou, digits: 2 },
  ]);
  const listed = results.flatMap((result) =>
    result.ious.map((iou, label) => ({ ...result, class: names[label], iou })),
  );
  return [
    { name: 'segmenters.csv', text: table(run).csv(results) },
    { name: 'segmenter-classes.csv', text: classes.csv(listed) },
  ];
}

/** The same for people, below the seeds. */
export function segmenterLines(run: Run, results: readonly SegmenterResult[]): readonly ReportLine[] {
  if (results.length === 0) return [];
  return [`${run.data.label}: masks of segmenters, in %`, '', table(run).shown(results)];
}
