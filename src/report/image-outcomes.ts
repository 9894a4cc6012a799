import { DataError } from '../base/errors.js';
import { NOT_COUNTED } from '../eval/boxes/outcomes.js';
import { parseCsv } from './csv.js';

/** The decisions of one row of the table, per measure and image. */
export interface RowOutcomes {
  readonly network: string;
  readonly method: string;
  readonly layer: string;
  /** From 1: rows of one name, under several box rules, are told apart by their order. */
  readonly turn: number;
  /** How maps became boxes, where the table is there that says it. */
  readonly boxRule?: string;
  /** Image ids in the file's order; each measure's outcomes follow it. */
  readonly images: readonly string[];
  readonly outcomes: ReadonlyMap<string, Uint8Array>;
}

/** Network, method and layer as one key. */
export function keptName({
  network,
  method,
  layer,
}: Pick<RowOutcomes, 'network' | 'method' | 'layer'>): string {
  return JSON.stringify([network, method, layer]);
}

const MEASURE = /^(cls|loc)_top\d+_error$/;

interface Growing {
  readonly name: Pick<RowOutcomes, 'network' | 'method' | 'layer' | 'turn'>;
  readonly images: string[];
  readonly values: number[][];
}

function outcomeOf(cell: string, where: string): number {
  if (cell === '0' || cell === '1') return Number(cell);
  if (cell === '') return NOT_COUNTED;
  throw new DataError(`${where}: expected 0, 1 or nothing as an error, found ${JSON.stringify(cell)}`);
}

/**
 * Reads the decisions out of an images.csv.
 * @returns one per row of the table, in its order
 * @throws DataError naming the file and the line
 */
export function readImageOutcomes(text: string, file: string): RowOutcomes[] {
  let lines: string[][];
  try {
    lines = parseCsv(text);
  } catch (error) {
    throw new DataError(`${file}: not a CSV table: ${(error as Error).message}`);
  }
  const [head = [], ...records] = lines;
  const column = (name: string) => {
    const index = head.indexOf(name);
    if (index < 0) {
      throw new DataError(`${file}: no column \`${name}\`; expected an images.csv of bench run`);
    }
    return index;
  };
  const names = ['network', 'method', 'layer', 'image'].map(column);
  const measures = head.map((name, i) => ({ name, i })).filter(({ name }) => MEASURE.test(name));
  if (measures.length === 0) {
    throw new DataError(
      `${file}: no errors such as \`loc_top1_error\`; expected an images.csv of the localization table`,
    );
  }
  const rows = new Map<string, Growing>();
  let last = '';
  const seen = new Map<string, number>();
  for (const [index, cells] of records.entries()) {
    const where = `${file}: line ${index + 2}`;
    if (cells.length !== head.length) {
      throw new DataError(`${where} has ${cells.length} cells, its head has ${head.length}`);
    }
    const [network, method, layer, image] = names.map((i) => cells[i]!) as [string, string, string, string];
    const about = JSON.stringify([network, image]);
    if (about !== last) seen.clear();
    last = about;
    const name = JSON.stringify([network, method, layer]);
    const turn = (seen.get(name) ?? 0) + 1;
    seen.set(name, turn);
    const key = `${name} ${turn}`;
    const row = rows.get(key) ?? {
      ...{ name: { network, method, layer, turn }, images: [], values: measures.map(() => []) },
    };
    rows.set(key, row);
    row.images.push(image);
    measures.forEach(({ i }, m) => {
      row.values[m]!.push(outcomeOf(cells[i]!, where));
    });
  }
  return [...rows.values()].map(({ name, images, values }) => ({
    ...name,
    images,
    outcomes: new Map(measures.map(({ name: measure }, m) => [measure, Uint8Array.from(values[m]!)])),
  }));
}
