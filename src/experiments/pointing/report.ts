import type { ReportLine } from '../../base/table.js';
import type { PublishedTable } from '../../eval/published.js';
import { bestPoint, type RejectPoint } from '../../eval/statistics/reject-curve.js';
import { bounded, columns, estimateText, rowNames } from '../../report/columns.js';
import { fixed } from '../../report/csv.js';
import { publishedOf, sideBySide, type Wide } from '../mean-table.js';
import { publishedLines } from '../published-lines.js';
import type { ClassRow, PointingResult, PointingRow, RejectRow, Run, Subset } from './evaluate.js';

/** table.csv: a line per network, method and subset. */
export function tableCsv(run: Run, { rows }: PointingResult): string {
  const published = (row: PointingRow) => publishedOf(run, row, row.subset, run.data.dataset);
  return columns<PointingRow>([
    { name: 'data', of: () => run.data.label },
    ...rowNames<PointingRow>(),
    'subset',
    { name: 'n', of: ({ accuracy }) => accuracy?.n ?? 0 },
    'cues',
    'classes',
    { name: bounded('pointing_accuracy'), of: ({ accuracy }) => accuracy, digits: 2 },
    { name: bounded('energy_inside'), of: ({ energy }) => energy, digits: 2 },
    { name: 'published', of: (row) => published(row)?.value, digits: 1 },
    { name: 'published_on', of: (row) => published(row)?.source },
  ]).csv(rows);
}

/** classes.csv: hits and cues of each class. */
export function classesCsv(run: Run, { classes }: PointingResult): string {
  return columns<ClassRow>([
    ...rowNames<ClassRow>(),
    'subset',
    { name: 'class', of: ({ classIndex }) => run.classes[classIndex]!.name },
    'cues',
    'hits',
    { name: 'pointing_accuracy', of: ({ hits, cues }) => (100 * hits) / cues, digits: 2 },
  ]).csv(classes);
}

/** reject.csv: the accuracy of the best guesses at each threshold. */
export function rejectCsv(run: Run, { rejects }: PointingResult): string {
  const points = rejects.flatMap((row) => row.curve.map((point) => ({ ...row, ...point })));
  return columns<(typeof points)[number]>([
    { name: 'data', of: () => run.data.label },
    ...rowNames<(typeof points)[number]>(),
    { name: 'n', of: ({ images }) => images },
    'guesses',
    {
      name: 'threshold',
      of: ({ threshold }) => (Number.isFinite(threshold) ? threshold.toPrecision(6) : 'infinity'),
    },
    { name: 'rejected', of: ({ rejected }) => rejected, digits: 2 },
    { name: ['accuracy', 'low', 'high'], of: ({ accuracy }) => accuracy, digits: 2 },
  ]).csv(points);
}

/** For people: subsets side by side, then the best guesses, then what was published of these networks. */
export function consoleLines(run: Run, result: PointingResult, tolerance: number): readonly ReportLine[] {
  const of = ({ all }: Wide<PointingRow>, wanted: Subset) => all.find(({ subset }) => subset === wanted);
  const n = (row: Wide<PointingRow>, subset: Subset) => of(row, subset)?.accuracy?.n ?? 0;
  const estimate = (title: string, subset: Subset, key: 'accuracy' | 'energy') => ({
    ...{ title, of: (row: Wide<PointingRow>) => of(row, subset)?.[key] },
    ...{ align: 'right' as const, shown: [1, 1] as const },
  });
  const table = columns<Wide<PointingRow>>([
    ...rowNames<Wide<PointingRow>>(),
    { title: 'n all / difficult', of: (row) => `${n(row, 'all')} / ${n(row, 'difficult')}`, align: 'right' },
    estimate('all', 'all', 'accuracy'),
    estimate('difficult', 'difficult', 'accuracy'),
    estimate('energy all', 'all', 'energy'),
    estimate('energy difficult', 'difficult', 'energy'),
  ]);
  return [
    `${run.data.label}: pointing game, the class given, less than ${tolerance} pixels, mean class accuracy in %; beside it the map's energy inside`,
    '',
    table.shown(sideBySide(result.rows)),
    ...rejectLines(result),
    ...publishedLines(ofTheseNetworks(run)),
  ];
}

const REJECTS = columns<RejectRow>([
  ...rowNames<RejectRow>(),
  { title: 'n', of: ({ images }) => images, align: 'right' },
  { title: 'none rejected', of: ({ curve }) => curve[0]!.accuracy, align: 'right', shown: [1, 1] },
  { title: 'best of the curve', of: ({ curve }) => atBest(bestPoint(curve)!), align: 'right' },
  { title: 'all rejected', of: ({ curve }) => curve.at(-1)!.accuracy, align: 'right', shown: [1, 1] },
]);

function rejectLines({ rejects }: PointingResult): readonly ReportLine[] {
  if (rejects.length === 0) return [];
  return [
    '',
    'The best guesses, each of which may be rejected: right guesses in % (threshold chosen on these images)',
    '',
    REJECTS.shown(rejects),
  ];
}

function atBest({ accuracy, rejected }: RejectPoint): string {
  return `${estimateText(accuracy, 1)}, ${fixed(rejected, 0)} % rejected`;
}

/** The whole published table is in published.csv. */
function ofTheseNetworks({ published, networks, data }: Run): PublishedTable {
  const papers = networks.map(({ paper }) => paper);
  const rows = published.rows.filter(
    ({ network, dataset }) => papers.includes(network) && dataset === data.dataset,
  );
  return { ...published, rows };
}
