import type { BenchConfig } from '../../config/schema.js';
import type { LocalizationEvaluator, Measure } from '../../eval/boxes/localization-evaluator.js';
import type { Outcomes } from '../../eval/boxes/outcomes.js';
import { bootstrapRate, pairedDifference } from '../../eval/statistics/rates.js';
import { signTest } from '../../eval/statistics/sign-test.js';
import type { PaperTable } from '../../report/paper.js';
import { type AcrossRow, CENTER_BOX, type PairRow, type TableRow } from '../../report/rows.js';
import type { RowName } from './rows.js';

/** What the statistics need of a configuration. */
type Settings = Pick<BenchConfig, 'localization' | 'bootstrap'>;

const LEVEL = 0.95;

/** A row of the table before its numbers: its names and its box rule. */
export interface NamedRow extends RowName {
  readonly boxRule: string;
  /** The paper's name of the network, when the configuration says that it is one of its. */
  readonly paper?: string | undefined;
}

export function tableRow(
  row: NamedRow,
  evaluator: LocalizationEvaluator,
  { localization, bootstrap }: Settings,
  paper: PaperTable,
): TableRow {
  const rate = (measure: Measure, k: number) =>
    bootstrapRate(evaluator.outcomes(measure, k), { ...bootstrap, level: LEVEL });
  const totals = evaluator.compute()[0]!;
  const published = paper.find(row.paper, row.method);
  return {
    network: row.network,
    method: row.method,
    layer: row.layer,
    boxRule: row.boxRule,
    n: totals.classification.n,
    nLoc: totals.localization.n,
    errors: localization.top.map((k) => ({
      k,
      cls: rate('classification', k),
      loc: rate('localization', k),
    })),
    ...(published === undefined ? {} : { paper: published }),
  };
}

/** A network's rows of maps, with what became of each image. */
interface NetworkRows {
  readonly rows: readonly NamedRow[];
  readonly evaluators: readonly LocalizationEvaluator[];
}

/** The same between the rows of different networks, the centre boxes left out. */
export function acrossRows(
  networks: readonly NetworkRows[],
  { localization, bootstrap }: Settings,
): AcrossRow[] {
  const all = networks.flatMap(({ rows, evaluators }, n) =>
    rows
      .map((row, i) => ({ n, row, evaluator: evaluators[i]! }))
      .filter(({ row }) => row.method !== CENTER_BOX),
  );
  const pairs = all.flatMap((a, i) =>
    all.slice(i + 1).flatMap((b) => (a.n === b.n ? [] : [[a, b] as const])),
  );
  return pairs.flatMap(([a, b]) =>
    localization.top.flatMap((k): AcrossRow[] => {
      const [ofA, ofB] = [a, b].map(({ evaluator }) => evaluator.outcomes('localization', k)) as [
        Outcomes,
        Outcomes,
      ];
      const difference = pairedDifference(ofA, ofB, { ...bootstrap, level: LEVEL });
      if (difference === undefined) return [];
      const only = (one: Outcomes, other: Outcomes) =>
        one.reduce((sum, value, at) => sum + (value === 1 && other[at] === 0 ? 1 : 0), 0);
      const [onlyA, onlyB] = [only(ofA, ofB), only(ofB, ofA)];
      const p = signTest(onlyA, onlyB);
      return [{ a: a.row, b: b.row, k, n: difference.n, difference, onlyA, onlyB, p }];
    }),
  );
}

/** The differences in localization error between all pairs of one network's rows, over the same images. */
export function pairRows(
  rows: readonly NamedRow[],
  evaluators: readonly LocalizationEvaluator[],
  { localization, bootstrap }: Settings,
): PairRow[] {
  const pairs = rows.flatMap((_, i) => rows.slice(i + 1).map((_, j) => [i, i + 1 + j] as const));
  return pairs.flatMap(([i, j]) =>
    localization.top.flatMap((k): PairRow[] => {
      const outcomes = (index: number) => evaluators[index]!.outcomes('localization', k);
      const difference = pairedDifference(outcomes(i), outcomes(j), { ...bootstrap, level: LEVEL });
      if (difference === undefined) return [];
      return [{ network: rows[i]!.network, a: rows[i]!, b: rows[j]!, k, n: difference.n, difference }];
    }),
  );
}
