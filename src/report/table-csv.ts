import type { DataLabel } from '../eval/experiment.js';
import type { Interval } from '../eval/statistics/bootstrap.js';
import { type Cell, csvLines, fixed } from './csv.js';
import type { PairRow, TableRow } from './rows.js';

/** Digits of a per cent: enough that two errors of 50,000 images never look alike unless they are. */
const DIGITS = 4;

function interval(value: Interval | undefined): string[] {
  return [value?.estimate, value?.low, value?.high].map((number) => fixed(number, DIGITS));
}

function bounds(name: string): string[] {
  return [name, `${name}_low`, `${name}_high`];
}

function difference(ours: Interval | undefined, paper: number | undefined, shown: boolean): string {
  return shown && ours !== undefined && paper !== undefined ? fixed(ours.estimate - paper, DIGITS) : '';
}

/** The text of table.csv. Errors in per cent; `difference_…` = ours − the paper's, empty unless the data are its. */
export function tableCsv(rows: readonly TableRow[], top: readonly number[], data: DataLabel): string {
  const names = (['cls', 'loc'] as const).flatMap((measure) => top.map((k) => `${measure}_top${k}_error`));
  const head = [
    ...['network', 'method', 'layer', 'box_rule', 'n'],
    ...names.flatMap(bounds),
    ...names.map((name) => `paper_${name}`),
    'paper_source',
    ...names.map((name) => `difference_${name}`),
    'data',
    'n_loc',
  ];
  const lines = rows.map((row): Cell[] => {
    const ours = [...row.errors.map(({ cls }) => cls), ...row.errors.map(({ loc }) => loc)];
    const paper = [...top.map((k) => row.paper?.cls[k]), ...top.map((k) => row.paper?.loc[k])];
    return [
      ...[row.network, row.method, row.layer, row.boxRule, String(row.n)],
      ...ours.flatMap(interval),
      ...paper.map((value) => fixed(value, 2)),
      row.paper?.source,
      ...ours.map((value, i) => difference(value, paper[i], data.comparable)),
      data.label,
      String(row.nLoc),
    ];
  });
  return csvLines([head, ...lines]);
}

/** The text of pairs.csv: for each pair of methods on one network, the localization error of a minus that of b. */
export function pairsCsv(rows: readonly PairRow[]): string {
  const head = [
    ...['network', 'method_a', 'layer_a', 'method_b', 'layer_b', 'top', 'n', ...bounds('difference')],
    ...['box_rule_a', 'box_rule_b'],
  ];
  const lines = rows.map(({ network, a, b, k, n, difference: value }): Cell[] => [
    ...[network, a.method, a.layer, b.method, b.layer, String(k), String(n)],
    ...interval(value),
    ...[a.boxRule, b.boxRule],
  ]);
  return csvLines([head, ...lines]);
}
