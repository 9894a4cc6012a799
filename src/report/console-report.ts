import type { DataLabel } from '../eval/experiment.js';
import type { Interval } from '../eval/statistics/bootstrap.js';
import { type Column, formatTable } from './console-table.js';
import { fixed } from './csv.js';
import type { TableRow } from './rows.js';

function percent(value: Interval | undefined): string {
  if (value === undefined) return '–';
  return `${fixed(value.estimate, 2)} (${fixed(value.low, 1)}–${fixed(value.high, 1)})`;
}

function signed(value: number): string {
  return value < 0 ? fixed(value, 2) : `+${fixed(value, 2)}`;
}

/** The words of a box rule that tell rows apart: `>=0.15 of max`, `smoothed 0.02, contours 20/100/110`. */
export function shortRule(boxRule: string): string {
  const parts = boxRule.split(', ');
  return parts.slice(0, parts[0]!.startsWith('smoothed') ? 2 : 1).join(', ');
}

function paperCell(row: TableRow, top: readonly number[]): string {
  if (row.paper === undefined) return '';
  return top.map((k) => fixed(row.paper?.loc[k], 2) || '–').join(' / ');
}

function differenceCell(row: TableRow): string {
  return row.errors
    .map(({ k, loc }) => {
      const published = row.paper?.loc[k];
      return loc === undefined || published === undefined ? undefined : signed(loc.estimate - published);
    })
    .filter((cell) => cell !== undefined)
    .join(' / ');
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
): string[] {
  const hasPaper = rows.some((row) => row.paper !== undefined);
  const left = (name: string): Column => ({ title: name, align: 'left' });
  const right = (name: string): Column => ({ title: name, align: 'right' });
  const columns = [
    ...[left('network'), left('method'), left('layer'), left('box'), right('n')],
    ...top.map((k) => right(`cls top-${k}`)),
    ...top.map((k) => right(`loc top-${k}`)),
    ...(hasPaper ? [right(`paper: loc ${top.map((k) => `top-${k}`).join(' / ')}`)] : []),
    ...(hasPaper && data.comparable ? [right('difference')] : []),
  ];
  const cells = rows.map((row) => [
    ...[row.network, row.method, row.layer, shortRule(row.boxRule), String(row.n)],
    ...row.errors.map(({ cls }) => percent(cls)),
    ...row.errors.map(({ loc }) => percent(loc)),
    ...(hasPaper ? [paperCell(row, top)] : []),
    ...(hasPaper && data.comparable ? [differenceCell(row)] : []),
  ]);
  const note =
    hasPaper && !data.comparable
      ? ['The paper measured on ILSVRC-15 val, these are other data: its column is no target here.']
      : [];
  return [
    `${title}: ${data.label}`,
    'error in % (95 % interval)',
    '',
    ...formatTable(columns, cells),
    '',
    ...note,
  ];
}
