import type { ReportLine, Tone } from '../base/table.js';
import { columns } from './columns.js';
import { fixed } from './csv.js';
import type { CheckedValue } from './published-check.js';

/* What `bench check --paper` prints. */

const digitsOf = ({ unit }: Pick<CheckedValue, 'unit'>) => (unit === 'ρ' ? 3 : 2);

function oursText({ ours, unit }: CheckedValue): string {
  if (ours === undefined) return '–';
  const text = (value: number, digits: number) => fixed(value, digits).replace('-', '−');
  const value = text(ours.value, digitsOf({ unit }));
  if (ours.low === undefined || ours.high === undefined) return value;
  const digits = unit === 'ρ' ? 3 : 1;
  return `${value} (${text(ours.low, digits)}–${text(ours.high, digits)})`;
}

function differenceText({ difference }: CheckedValue): string {
  if (difference === undefined) return '–';
  const text = fixed(Math.abs(difference), 2);
  return Number(text) === 0 ? text : `${difference < 0 ? '−' : '+'}${text}`;
}

/** The first words of a source's label; the whole label stands below the tables. */
const shortSource = (source: string) => source.split(/ \(|, /)[0]!;

/** `loc top-1` for `loc_top1_error`. */
const measureText = (measure: string) =>
  measure.replace(/^(cls|loc)_top(\d+)_error$/, '$1 top-$2').replaceAll('_', ' ');

const TABLE = columns<CheckedValue>([
  {
    title: 'method',
    of: ({ method, ours }) =>
      method === '' ? 'all' : [method, ours?.variant].filter((part) => part).join(', '),
    align: 'left',
  },
  { title: 'measure', of: ({ measure }) => measureText(measure), align: 'left' },
  { title: 'ours (95 % interval)', of: oursText, align: 'right' },
  { title: 'published', of: (value) => fixed(value.published, digitsOf(value)), align: 'right' },
  { title: 'source', of: ({ source }) => shortSource(source), align: 'left' },
  { title: 'points', of: differenceText, align: 'right' },
  { title: 'verdict', of: ({ verdict }) => verdict, align: 'left' },
]);

function toneOf({ verdict }: CheckedValue): Tone | undefined {
  if (verdict === 'within') return 'better';
  return verdict === 'apart' ? 'worse' : undefined;
}

/** The values of one network as a table. */
export function publishedCheckTable(values: readonly CheckedValue[]): ReportLine {
  return { ...TABLE.shown(values), tones: values.map(toneOf) };
}

/** What stands below the tables: sources, units, and the sum in the last line. */
export function publishedCheckNotes(
  values: readonly CheckedValue[],
  tolerance: number,
): readonly ReportLine[] {
  const of = (verdict: CheckedValue['verdict']) => values.filter((value) => value.verdict === verdict);
  const judged = of('within').length + of('apart').length;
  const noted = values.filter(({ method }) => method !== '');
  const notes = noted.flatMap(({ method, source, note }) =>
    note === undefined ? [] : [`${method}, ${shortSource(source)}: ${note}.`],
  );
  const sources = [...new Set(values.map(({ source, data }) => `${source}: ${data}`))];
  const correlations = values.some(({ unit }) => unit === 'ρ');
  const point = correlations ? ' A point of a correlation is 0.01 of ρ.' : '';
  return [
    `points: ours − published, in percentage points.${point}`,
    ...(of('beside').length === 0
      ? []
      : ['beside: not judged. A rerun by others, or a further row of a method; the first row is judged.']),
    ...sources.map((source) => `source: ${source}`),
    ...new Set(notes),
    `${judged} published values compared: ${of('within').length} within ${tolerance} points, ${of('apart').length} apart; ${of('missing').length} missing in the run`,
  ];
}
