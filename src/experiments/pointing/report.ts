import { type PublishedTable, publishedRows } from '../../eval/published.js';
import type { Interval } from '../../eval/statistics/bootstrap.js';
import { bestPoint, type RejectPoint } from '../../eval/statistics/reject-curve.js';
import { formatTable } from '../../report/console-table.js';
import { type Cell, csvLines, fixed } from '../../report/csv.js';
import { publishedLines } from '../published-lines.js';
import { type PointingResult, type PointingRow, type Run, SUBSETS } from './evaluate.js';

const NAMES = ['network', 'method', 'layer'];

function measured(interval: Interval | undefined, digits = 2): Cell[] {
  return [interval?.estimate, interval?.low, interval?.high].map((value) => fixed(value, digits));
}

function nameCells({ network, method, layer }: PointingRow | PointingResult['rejects'][number]): Cell[] {
  return [network, method, layer];
}

/** table.csv: a line per network, method and subset. */
export function tableCsv(run: Run, { rows }: PointingResult): string {
  const lines = rows.map((row): Cell[] => {
    const { accuracy, energy, subset, paper, method } = row;
    const wanted = { network: paper, method, dataset: run.data.dataset };
    const published = publishedRows(run.published, wanted).find(({ values }) => values[subset] !== undefined);
    return [
      ...[run.data.label, ...nameCells(row), subset, String(accuracy?.n ?? 0)],
      ...[String(row.cues), String(row.classes), ...measured(accuracy), ...measured(energy)],
      ...[fixed(published?.values[subset], 1), published && `${published.source}, ${published.data}`],
    ];
  });
  const numbers = ['pointing_accuracy', 'energy_inside'].flatMap((name) => [
    name,
    `${name}_low`,
    `${name}_high`,
  ]);
  const head = ['data', ...NAMES, 'subset', 'n', 'cues', 'classes', ...numbers];
  return csvLines([[...head, 'published', 'published_on'], ...lines]);
}

/** classes.csv: hits and cues of each class. */
export function classesCsv(run: Run, { classes }: PointingResult): string {
  const lines = classes.map(({ network, method, layer, subset, classIndex, cues, hits }) => [
    ...[network, method, layer, subset, run.classes[classIndex]!.name, String(cues), String(hits)],
    fixed((100 * hits) / cues, 2),
  ]);
  return csvLines([[...NAMES, 'subset', 'class', 'cues', 'hits', 'pointing_accuracy'], ...lines]);
}

/** reject.csv: the accuracy of the best guesses at each threshold. */
export function rejectCsv(run: Run, { rejects }: PointingResult): string {
  const lines = rejects.flatMap((row) =>
    row.curve.map(({ threshold, rejected, accuracy }): Cell[] => [
      ...[run.data.label, ...nameCells(row), String(row.images), String(row.guesses)],
      ...[Number.isFinite(threshold) ? threshold.toPrecision(6) : 'infinity', fixed(rejected, 2)],
      ...measured(accuracy),
    ]),
  );
  const head = ['data', ...NAMES, 'n', 'guesses', 'threshold', 'rejected', 'accuracy', 'low', 'high'];
  return csvLines([head, ...lines]);
}

/** For people: subsets side by side, then the best guesses, then what was published of these networks. */
export function consoleLines(run: Run, result: PointingResult, tolerance: number): readonly string[] {
  const pairs = result.rows.filter(({ subset }) => subset === SUBSETS[0]);
  const rowOf = (row: PointingRow, subset: string) =>
    result.rows.find(
      (other) =>
        other.subset === subset &&
        other.network === row.network &&
        other.method === row.method &&
        other.layer === row.layer,
    )!;
  const cells = pairs.map((row) => {
    const difficult = rowOf(row, 'difficult');
    return [
      ...[row.network, row.method, row.layer, `${row.accuracy?.n ?? 0} / ${difficult.accuracy?.n ?? 0}`],
      ...[row.accuracy, difficult.accuracy, row.energy, difficult.energy].map(describe),
    ];
  });
  const left = NAMES.map((title) => ({ title, align: 'left' as const }));
  const right = (titles: readonly string[]) => titles.map((title) => ({ title, align: 'right' as const }));
  const table = formatTable(
    [...left, ...right(['n all / difficult', 'all', 'difficult', 'energy all', 'energy difficult'])],
    cells,
  );
  return [
    `${run.data.label}: pointing game, the class given, less than ${tolerance} pixels, mean class accuracy in %; beside it the map's energy inside`,
    '',
    ...table,
    ...rejectLines(result, left, right),
    ...publishedLines(ofTheseNetworks(run)),
  ];
}

function rejectLines(
  { rejects }: PointingResult,
  left: readonly { title: string; align: 'left' }[],
  right: (titles: readonly string[]) => readonly { title: string; align: 'right' }[],
): readonly string[] {
  if (rejects.length === 0) return [];
  const cells = rejects.map(({ network, method, layer, images, curve }) => [
    ...[network, method, layer, String(images), describe(curve[0]!.accuracy)],
    ...[atBest(bestPoint(curve)!), describe(curve.at(-1)!.accuracy)],
  ]);
  return [
    '',
    'The best guesses, each of which may be rejected: right guesses in % (threshold chosen on these images)',
    '',
    ...formatTable([...left, ...right(['n', 'none rejected', 'best of the curve', 'all rejected'])], cells),
  ];
}

function atBest({ accuracy, rejected }: RejectPoint): string {
  return `${describe(accuracy)}, ${fixed(rejected, 0)} % rejected`;
}

/** The whole published table is in published.csv. */
function ofTheseNetworks({ published, networks, data }: Run): PublishedTable {
  const papers = networks.map(({ paper }) => paper);
  const rows = published.rows.filter(
    ({ network, dataset }) => papers.includes(network) && dataset === data.dataset,
  );
  return { ...published, rows };
}

function describe(interval: Interval | undefined): string {
  if (interval === undefined) return '–';
  return `${fixed(interval.estimate, 1)} (${fixed(interval.low, 1)}–${fixed(interval.high, 1)})`;
}
