import { DataError } from '../base/errors.js';
import type { Row } from './check.js';
import { shortRule } from './localization-table.js';

/* The numbers of a run's tables, each by the name that published tables give it. */

/** A number of a run with its interval. */
export interface Measured {
  readonly network: string;
  readonly method: string;
  /** What tells rows of one method apart: a box rule, or a layer. */
  readonly variant: string;
  readonly measure: string;
  readonly n: number;
  readonly value: number;
  readonly low: number | undefined;
  readonly high: number | undefined;
}

/** A run's files that numbers are read from. */
export interface MeasuredTables {
  /** table.csv. */
  readonly table: readonly Row[];
  /** reject.csv of the pointing game, when it is there. */
  readonly reject: readonly Row[];
  /** segmenters.csv of the segmentation, when it is there. */
  readonly segmenters: readonly Row[];
}

const numberOf = (text: string | undefined) => (text === undefined || text === '' ? undefined : Number(text));

/** A cell and its bounds as a number; none where nothing was measured. */
function measured(
  row: Row,
  name: { readonly method: string; readonly variant: string; readonly measure: string },
  [value, low, high]: readonly [string, string, string],
  n = row.n,
): readonly Measured[] {
  const estimate = numberOf(row[value]);
  if (estimate === undefined) return [];
  if (!Number.isFinite(estimate)) throw new DataError(`${value}: ${row[value]} is no number`);
  const bounds = { low: numberOf(row[low]), high: numberOf(row[high]) };
  return [{ network: row.network ?? '', ...name, n: Number(n), value: estimate, ...bounds }];
}

const bounds = (name: string) => [name, `${name}_low`, `${name}_high`] as const;

function localizationValues({ table }: MeasuredTables): readonly Measured[] {
  return table.flatMap((row) => {
    const name = { method: row.method ?? '', variant: shortRule(row.box_rule ?? '') };
    return Object.keys(row)
      .filter((measure) => /^(cls|loc)_top\d+_error$/.test(measure))
      .flatMap((measure) => {
        const n = measure.startsWith('loc') ? row.n_loc : row.n;
        return measured(row, { ...name, measure }, bounds(measure), n);
      });
  });
}

/** Of the best guesses' curve its best point: the published threshold is not known. */
function rejectValues({ reject }: MeasuredTables): readonly Measured[] {
  const best = new Map<string, Row>();
  for (const row of reject) {
    const key = JSON.stringify([row.network, row.method, row.layer]);
    const before = best.get(key);
    if (before === undefined || Number(row.accuracy) > Number(before.accuracy)) best.set(key, row);
  }
  return [...best.values()].flatMap((row) => {
    const name = { method: row.method ?? '', variant: 'best threshold of these images' };
    return measured(row, { ...name, measure: 'top5_reject' }, ['accuracy', 'low', 'high']);
  });
}

function pointingValues(tables: MeasuredTables): readonly Measured[] {
  const given = tables.table.flatMap((row) => {
    const name = { method: row.method ?? '', variant: row.layer ?? '', measure: row.subset ?? '' };
    return measured(row, name, bounds('pointing_accuracy'));
  });
  return [...given, ...rejectValues(tables)];
}

function meanValues({ table }: MeasuredTables): readonly Measured[] {
  return table.flatMap((row) => {
    const name = { method: row.method ?? '', variant: row.layer ?? '', measure: row.measure ?? '' };
    return measured(row, name, ['value', 'low', 'high']);
  });
}

/**
 * Published are masks of segmenters that were trained from seeds, without labels at test and after a CRF. A segmenter's
 * method is the end of its name: `sec-grad-cam`.
 */
function segmenterValues({ segmenters }: MeasuredTables): readonly Measured[] {
  return segmenters
    .filter(({ labels, crf }) => labels === 'none' && crf === 'yes')
    .flatMap((row) => {
      const method = /(?:^|[-_ ])(grad-cam|cam)$/.exec(row.network ?? '')?.[1];
      if (method === undefined) return [];
      return measured(row, { method, variant: 'after SEC', measure: 'mean_iou' }, [
        'mean_iou',
        'low',
        'high',
      ]);
    });
}

const READERS: ReadonlyMap<string, (tables: MeasuredTables) => readonly Measured[]> = new Map([
  ['localization', localizationValues],
  ['pointing', pointingValues],
  ['occlusion-correlation', meanValues],
  ['segmentation', segmenterValues],
]);

/** The numbers of an experiment for which there are published ones. @throws DataError for another experiment */
export function measuredValues(experiment: string, tables: MeasuredTables): readonly Measured[] {
  const read = READERS.get(experiment);
  if (read !== undefined) return read(tables);
  const known = [...READERS.keys()].join(', ');
  throw new DataError(`nothing is published of the experiment ${experiment}; there is of ${known}`);
}
