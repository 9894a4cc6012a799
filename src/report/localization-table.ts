import type { ReportLine, Tone } from '../base/table.js';
import type { DataLabel } from '../eval/experiment.js';
import { bounded, columns, rowNames, type TableColumn } from './columns.js';
import { fixed } from './csv.js';
import { CENTER_BOX, type PairRow, type TableRow, type TopErrors } from './rows.js';

/** Digits of a per cent: enough that two errors of 50,000 images never look alike unless they are. */
const DIGITS = 4;

/** The words of a box rule that tell rows apart: `>=0.15 of max`, `smoothed 0.02, contours 20/100/110`. */
export function shortRule(boxRule: string): string {
  const parts = boxRule.split(', ');
  return parts.slice(0, parts[0]!.startsWith('smoothed') ? 2 : 1).join(', ');
}

/** An error of a number of guesses, and where it stands in a row and in the paper's. */
interface ErrorColumn {
  readonly name: string;
  readonly title: string;
  readonly of: (row: TableRow) => TopErrors['loc'];
  readonly paper: (row: TableRow) => number | undefined;
}

function errorColumns(top: readonly number[]): readonly ErrorColumn[] {
  return (['cls', 'loc'] as const).flatMap((measure) =>
    top.map((k) => ({
      name: `${measure}_top${k}_error`,
      title: `${measure} top-${k}`,
      of: ({ errors }: TableRow) => errors.find((one) => one.k === k)?.[measure],
      paper: ({ paper }: TableRow) => paper?.[measure][k],
    })),
  );
}

function difference({ of, paper }: ErrorColumn, row: TableRow): number | undefined {
  const [ours, theirs] = [of(row), paper(row)];
  return ours === undefined || theirs === undefined ? undefined : ours.estimate - theirs;
}

const signed = (value: number) => (value < 0 ? fixed(value, 2) : `+${fixed(value, 2)}`);

/** Columns for people alone: the paper's localization errors, and the difference on the paper's own data. */
function besideThePaper(
  top: readonly number[],
  errors: readonly ErrorColumn[],
  comparable: boolean,
): readonly TableColumn<TableRow>[] {
  const loc = errors.slice(top.length);
  const paper = (row: TableRow) => loc.map((one) => fixed(one.paper(row), 2) || '–').join(' / ');
  const differences = (row: TableRow) => loc.flatMap((one) => difference(one, row) ?? []);
  return [
    {
      title: `paper: loc ${top.map((k) => `top-${k}`).join(' / ')}`,
      ...{ of: (row) => (row.paper === undefined ? '' : paper(row)), align: 'right' },
    },
    ...(comparable
      ? [
          {
            title: 'difference',
            ...{ of: (row: TableRow) => differences(row).map(signed).join(' / '), align: 'right' as const },
          },
        ]
      : []),
  ];
}

/**
 * The localization table. Errors are in per cent; `difference_…` is ours − the paper's, and empty unless the data are the
 * paper's.
 * @param withPaper whether people see the paper's numbers
 */
function localizationTable(top: readonly number[], { label, comparable }: DataLabel, withPaper: boolean) {
  const errors = errorColumns(top);
  return columns<TableRow>([
    ...rowNames<TableRow>(),
    {
      ...{ name: 'box_rule', of: ({ boxRule }) => boxRule },
      ...{ title: 'box', align: 'left', shown: ({ boxRule }) => shortRule(boxRule) },
    },
    { name: 'n', of: ({ n }) => n, align: 'right' },
    ...errors.map(({ name, of, title }): TableColumn<TableRow> => {
      return { name: bounded(name), of, digits: DIGITS, title, align: 'right', shown: [2, 1] };
    }),
    ...errors.map(({ name, paper }) => ({ name: `paper_${name}`, of: paper, digits: 2 })),
    { name: 'paper_source', of: ({ paper }) => paper?.source },
    ...errors.map((error) => ({
      name: `difference_${error.name}`,
      ...{ of: (row: TableRow) => (comparable ? difference(error, row) : undefined), digits: DIGITS },
    })),
    { name: 'data', of: () => label },
    { name: 'n_loc', of: ({ nLoc }) => nLoc },
    ...(withPaper ? besideThePaper(top, errors, comparable) : []),
  ]);
}

/** The text of table.csv. */
export function tableCsv(rows: readonly TableRow[], top: readonly number[], data: DataLabel): string {
  return localizationTable(top, data, false).csv(rows);
}

/**
 * Each row against the centre box of its network, by the localization error of the smallest k: better or worse where the
 * intervals are apart.
 */
function tonesOf(rows: readonly TableRow[]): readonly (Tone | undefined)[] {
  return rows.map((row) => {
    const baseline = rows.find(({ network, method }) => network === row.network && method === CENTER_BOX);
    const [own, other] = [row.errors[0]?.loc, baseline?.errors[0]?.loc];
    if (baseline === row || own === undefined || other === undefined) return undefined;
    if (own.high < other.low) return 'better';
    return own.low > other.high ? 'worse' : undefined;
  });
}

/**
 * The table as lines of text: errors in per cent with their 95 % intervals. The paper's localization errors stand
 * beside when a row is one of its networks; the difference only when the data are the paper's.
 */
export function consoleReport(
  rows: readonly TableRow[],
  top: readonly number[],
  data: DataLabel,
  title: string,
): readonly ReportLine[] {
  const hasPaper = rows.some((row) => row.paper !== undefined);
  const note =
    hasPaper && !data.comparable
      ? ['The paper measured on ILSVRC-15 val, these are other data: its column is no target here.']
      : [];
  return [
    `${title}: ${data.label}`,
    'error in % (95 % interval)',
    '',
    { ...localizationTable(top, data, hasPaper).shown(rows), tones: tonesOf(rows) },
    '',
    ...note,
  ];
}

/** The text of pairs.csv: for each pair of methods on one network, the localization error of a minus that of b. */
export function pairsCsv(rows: readonly PairRow[]): string {
  return columns<PairRow>([
    'network',
    { name: 'method_a', of: ({ a }) => a.method },
    { name: 'layer_a', of: ({ a }) => a.layer },
    { name: 'method_b', of: ({ b }) => b.method },
    { name: 'layer_b', of: ({ b }) => b.layer },
    { name: 'top', of: ({ k }) => k },
    'n',
    { name: bounded('difference'), of: ({ difference: value }) => value, digits: DIGITS },
    { name: 'box_rule_a', of: ({ a }) => a.boxRule },
    { name: 'box_rule_b', of: ({ b }) => b.boxRule },
  ]).csv(rows);
}
