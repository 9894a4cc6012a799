import { bounded, columns } from './columns.js';
import { fixed } from './csv.js';
import { fitReport } from './fit-table.js';
import type { RankedRow } from './leaderboard.js';
import { shortRule } from './localization-table.js';
import { markdownTable } from './markdown.js';

export const BOARD_FORMATS = ['table', 'csv', 'markdown'] as const;
export type BoardFormat = (typeof BOARD_FORMATS)[number];

const DIGITS = 4;

const range = ({ best, worst }: RankedRow) => (best === worst ? String(best) : `${best}–${worst}`);

function signed(value: number): string {
  const text = fixed(value, 2);
  return value > 0 && Number(text) !== 0 ? `+${text}` : text;
}

/** @param measure what the errors are of, for the head */
function boardTable(measure: string) {
  return columns<RankedRow>([
    { name: 'rank', of: ({ rank }) => rank, align: 'right' },
    { name: 'rank_from', of: ({ best }) => best },
    { name: 'rank_to', of: ({ worst }) => worst },
    { title: 'range', of: range, align: 'right' },
    { name: 'result', of: ({ result }) => result, align: 'left' },
    { name: 'network', of: ({ row }) => row.network, align: 'left' },
    { name: 'method', of: ({ row }) => row.method, align: 'left' },
    { name: 'layer', of: ({ row }) => row.layer, align: 'left' },
    {
      ...{ name: 'box_rule', of: ({ row }) => row.boxRule ?? '', title: 'box', align: 'left' },
      shown: ({ row }) => shortRule(row.boxRule ?? ''),
    },
    { name: 'measure', of: () => measure },
    { name: 'n', of: ({ error }) => error.n, align: 'right' },
    {
      ...{ name: bounded('error'), of: ({ error }) => error, digits: DIGITS, align: 'right' },
      ...{ title: measure, shown: [2, 1] as const },
    },
    {
      ...{ name: bounded('behind'), of: ({ behind }) => behind, digits: DIGITS, align: 'right' },
      title: 'behind the first',
      shown: ({ behind }) =>
        behind === undefined
          ? ''
          : `${signed(behind.estimate)} (${signed(behind.low)} to ${signed(behind.high)})`,
    },
    {
      ...{ name: 'p_holm', of: ({ p }) => p, digits: 6, align: 'right', title: 'p (Holm)' },
      shown: ({ p }) => (p === undefined ? '' : p.toPrecision(2)),
    },
  ]);
}

const RULE = [
  'Errors in % with 95 % intervals, on the same images. A rank ends where each row above is told apart from each row below:',
  "McNemar's exact test of each pair, adjusted by Holm's procedure, below 0.05. Range: the ranks that a row's own pairs leave open.",
];

/** The leaderboard as a text, final line end included. @param width characters that a line of the table may have */
export function formatBoard(
  rows: readonly RankedRow[],
  measure: string,
  format: BoardFormat,
  width = Number.POSITIVE_INFINITY,
): string {
  const table = boardTable(measure);
  if (format === 'csv') return table.csv(rows);
  if (format === 'markdown')
    return `${markdownTable(table.heads, rows.map(table.texts))}\n\n${RULE.join(' ')}\n`;
  return `${fitReport([table.shown(rows), '', ...RULE], width).join('\n')}\n`;
}
