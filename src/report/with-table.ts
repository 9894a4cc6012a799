import { DataError } from '../base/errors.js';
import { countOutcomes } from '../eval/boxes/outcomes.js';
import type { Row } from './check.js';
import { fixed } from './csv.js';
import { keptName, type RowOutcomes } from './image-outcomes.js';

/** The two files that belong together, for messages. */
interface Files {
  readonly table: string;
  readonly images: string;
}

const nameOf = ({ network = '', method = '', layer = '' }: Row) => keptName({ network, method, layer });

const PER_CENT = 4;

function contradiction({ table, images }: Files, what: string): DataError {
  return new DataError(
    `${table} and ${images} contradict each other: ${what}; one of them was changed, or is of another run`,
  );
}

/** What the decisions make of a measure, as the table writes it. */
function checkRow(row: Row, { network, method, layer, outcomes }: RowOutcomes, files: Files): void {
  const where = `${network}, ${method}${layer ? ` at ${layer}` : ''}, ${row.box_rule}`;
  for (const [measure, values] of outcomes) {
    const { n, ones } = countOutcomes(values);
    const column = measure.startsWith('loc') ? 'n_loc' : 'n';
    const expected: readonly [string, string][] = [
      [column, String(n)],
      [measure, n === 0 ? '' : fixed((100 * ones) / n, PER_CENT)],
    ];
    for (const [name, byImages] of expected) {
      const written = row[name];
      if (written === undefined && name === 'n_loc') continue;
      if (written === byImages) continue;
      const [first, second] = [written, byImages].map((text) => text || 'empty');
      throw contradiction(files, `${where}: ${name} is ${first} in the table, ${second} by the images`);
    }
  }
}

/**
 * Gives the decisions about images the box rules of the table that belongs to them, and holds the one against the other.
 * Rows of one name stand in the same order in both.
 * @throws DataError when they contradict each other: other rows, other numbers of images, other errors
 */
export function withTable(
  outcomes: readonly RowOutcomes[],
  table: readonly Row[],
  files: Files,
): RowOutcomes[] {
  const left = new Map<string, Row[]>();
  for (const row of table) left.set(nameOf(row), [...(left.get(nameOf(row)) ?? []), row]);
  const named = outcomes.map((one) => {
    const row = left.get(keptName(one))?.shift();
    if (row === undefined) {
      const layer = one.layer ? ` at ${one.layer}` : '';
      throw contradiction(files, `only the images have ${one.network}, ${one.method}${layer}`);
    }
    checkRow(row, one, files);
    return { ...one, boxRule: row.box_rule! };
  });
  // A network of which no image could be read has rows that nothing was decided for.
  const over = [...left.values()].flat().find(({ n }) => n !== '0');
  if (over !== undefined) {
    throw contradiction(files, `only the table has ${over.network}, ${over.method}, ${over.box_rule}`);
  }
  return named;
}
