import type { ReportLine } from '../base/table.js';
import { bounded, columns } from './columns.js';
import { fixed } from './csv.js';
import type { AcrossRow } from './rows.js';

/* Rows of different networks against each other: maps of several makers in one run. */

const DIGITS = 4;
/** More differences than these are for a file. */
const SHOWN = 40;

const nameOf = ({ network, method, layer }: AcrossRow['a']) =>
  [network, method, layer].filter((part) => part !== '').join(' ');

function signed(value: number): string {
  const text = fixed(value, 2);
  return value > 0 && Number(text) !== 0 ? `+${text}` : text;
}

const TABLE = columns<AcrossRow>([
  { name: 'network_a', of: ({ a }) => a.network },
  { name: 'method_a', of: ({ a }) => a.method },
  { name: 'layer_a', of: ({ a }) => a.layer },
  { name: 'network_b', of: ({ b }) => b.network },
  { name: 'method_b', of: ({ b }) => b.method },
  { name: 'layer_b', of: ({ b }) => b.layer },
  { title: 'a', of: ({ a }) => nameOf(a), align: 'left' },
  { title: 'b', of: ({ b }) => nameOf(b), align: 'left' },
  { name: 'top', of: ({ k }) => k, align: 'right' },
  { name: 'n', of: ({ n }) => n, align: 'right' },
  {
    ...{ name: bounded('difference'), of: ({ difference }) => difference, digits: DIGITS, align: 'right' },
    title: 'a − b, points',
    shown: ({ difference: { estimate, low, high } }) =>
      `${signed(estimate)} (${signed(low)} to ${signed(high)})`,
  },
  { name: 'wrong_in_a_only', of: ({ onlyA }) => onlyA, title: 'a only', align: 'right' },
  { name: 'wrong_in_b_only', of: ({ onlyB }) => onlyB, title: 'b only', align: 'right' },
  { name: 'p', of: ({ p }) => p, digits: 6, align: 'right', shown: ({ p }) => p.toPrecision(2) },
  { name: 'box_rule_a', of: ({ a }) => a.boxRule },
  { name: 'box_rule_b', of: ({ b }) => b.boxRule },
]);

/** The text of across.csv. */
export function acrossCsv(rows: readonly AcrossRow[]): string {
  return TABLE.csv(rows);
}

/** The same for people. */
export function acrossLines(rows: readonly AcrossRow[]): readonly ReportLine[] {
  if (rows.length === 0) return [];
  if (rows.length > SHOWN)
    return [`across.csv has ${rows.length} differences between rows of different networks.`, ''];
  return ['localization error of rows of different networks, on the same images:', '', TABLE.shown(rows), ''];
}
