import type { Tone } from '../base/table.js';
import { bounded, columns } from './columns.js';
import type { Comparison } from './compare.js';
import { fixed } from './csv.js';
import { fitReport, type PaintTone } from './fit-table.js';
import { escapedCell } from './markdown.js';

export const FORMATS = ['table', 'csv', 'markdown', 'junit'] as const;
export type Format = (typeof FORMATS)[number];

function signed(value: number): string {
  const text = fixed(value, 2);
  return value > 0 && Number(text) !== 0 ? `+${text}` : text;
}

function differenceText({ difference }: Comparison): string {
  if (difference === undefined) return '';
  const [estimate, low, high] = [difference.estimate, difference.low, difference.high].map(signed);
  return `${estimate} (${low} to ${high})`;
}

const count = (key: 'broke' | 'mended') => (one: Comparison) =>
  one.difference === undefined ? '' : String(one[key].length);

const TABLE = columns<Comparison>([
  { name: 'row', of: ({ row }) => row, align: 'left' },
  { name: 'measure', of: ({ measure }) => measure, align: 'left' },
  {
    name: 'before',
    of: (one) => one.before,
    digits: 4,
    align: 'right',
    shown: (one) => fixed(one.before, 2),
  },
  { name: 'after', of: (one) => one.after, digits: 4, align: 'right', shown: (one) => fixed(one.after, 2) },
  {
    ...{ name: bounded('difference'), of: ({ difference }) => difference, digits: 4 },
    ...{ align: 'right', shown: differenceText },
  },
  { name: 'n', of: ({ difference }) => difference?.n },
  { name: 'p', of: ({ p }) => p, digits: 6 },
  { name: 'broke', of: ({ broke }) => broke.join('|'), align: 'right', shown: count('broke') },
  { name: 'mended', of: ({ mended }) => mended.join('|'), align: 'right', shown: count('mended') },
  {
    ...{ name: 'verdict', of: ({ verdict }) => verdict, align: 'left' },
    shown: ({ verdict, note }) => (note === undefined ? verdict : `${verdict}: ${note}`),
  },
  'note',
]);

const LISTED = 10;

function few(ids: readonly string[]): string {
  return `${ids.slice(0, LISTED).join(', ')}${ids.length > LISTED ? `, and ${ids.length - LISTED} more` : ''}`;
}

/** Which images flipped, in words; for the measures where any did. */
function flips(comparisons: readonly Comparison[]): string[] {
  return comparisons.flatMap(({ row, measure, broke, mended }) => [
    ...(broke.length > 0 ? [`${row}, ${measure}: wrong now: ${few(broke)}`] : []),
    ...(mended.length > 0 ? [`${row}, ${measure}: right now: ${few(mended)}`] : []),
  ]);
}

/** What a verdict says at a glance; what is gone or cannot be compared is as bad as what is worse. */
function toneOf(one: Comparison): Tone | undefined {
  if (one.verdict === 'better') return 'better';
  return isLoss(one) ? 'worse' : undefined;
}

function table(comparisons: readonly Comparison[], width: number, paint?: PaintTone): string {
  const changes = flips(comparisons);
  const shown = { ...TABLE.shown(comparisons), tones: comparisons.map(toneOf) };
  const lines = [shown, ...(changes.length > 0 ? ['', ...changes] : [])];
  return `${fitReport(lines, width, paint).join('\n')}\n`;
}

function markdown(comparisons: readonly Comparison[]): string {
  const line = (values: readonly string[]) => `| ${values.join(' | ')} |`;
  const strong = (verdict: string) =>
    /^(worse|missing|incomparable)/.test(verdict) ? `**${verdict}**` : verdict;
  const rows = comparisons
    .filter(({ verdict }) => verdict !== 'equal')
    .map((comparison) => {
      const texts = TABLE.texts(comparison).map(escapedCell);
      return line([...texts.slice(0, -1), strong(texts.at(-1)!)]);
    });
  const equal = comparisons.length - rows.length;
  const said = `${comparisons.length} comparisons, ${equal} without a single flip.`;
  if (rows.length === 0) return `${said}\n`;
  const rule = line(TABLE.heads.map(({ align }) => (align === 'right' ? '---:' : '---')));
  return `${[line(TABLE.heads.map(({ title }) => title)), rule, ...rows].join('\n')}\n\n${said} Errors in %, differences in points with 95 % intervals.\n`;
}

function xml(text: string): string {
  // XML 1.0 has no way to write most control characters.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must go
  const allowed = text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '?');
  return allowed.replace(/[&<>"'\n\t\r]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** Verdicts that make a check fail. */
export function isLoss({ verdict }: Pick<Comparison, 'verdict'>): boolean {
  return verdict === 'worse' || verdict === 'missing' || verdict === 'incomparable';
}

function junit(comparisons: readonly Comparison[]): string {
  const cases = comparisons.map((comparison) => {
    const [row, measure, before, after, difference, , , verdict] = TABLE.texts(comparison) as [
      string,
      ...string[],
    ];
    const open = `  <testcase classname="${xml(row)}" name="${xml(measure || 'row')}"`;
    if (!isLoss(comparison)) return `${open}/>`;
    const message = before === '' ? verdict! : `${before} → ${after}, ${difference}: ${verdict}`;
    const detail = xml(flips([comparison]).join('; '));
    return `${open}>\n    <failure message="${xml(message)}">${detail}</failure>\n  </testcase>`;
  });
  const failures = comparisons.filter(isLoss).length;
  const suite = `<testsuite name="bench compare" tests="${comparisons.length}" failures="${failures}">`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n${[suite, ...cases, '</testsuite>'].join('\n')}\n`;
}

const WRITERS: Readonly<
  Record<Format, (comparisons: readonly Comparison[], width: number, paint?: PaintTone) => string>
> = {
  ...{ table, csv: TABLE.csv, markdown, junit },
};

/**
 * The comparisons as a text in the format, final line end included.
 * @param width characters that a line of the table for people may have
 * @param paint for its rows that are better or worse
 */
export function formatComparisons(
  comparisons: readonly Comparison[],
  format: Format,
  width = Number.POSITIVE_INFINITY,
  paint?: PaintTone,
): string {
  return WRITERS[format](comparisons, width, paint);
}
