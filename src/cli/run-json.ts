import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError, messageOf } from '../base/errors.js';
import { parseCsv } from '../report/csv.js';
import type { BenchmarkResult } from '../run/results.js';
import type { Shard } from '../run/shard.js';

/** Columns that hold names, whatever they look like. */
const NAMES = new Set(['network', 'method', 'layer', 'class', 'data']);
const NUMBER = /^-?\d+(\.\d+)?$/;

function cell(column: string, text: string): string | number | null {
  if (text === '') return null;
  return NUMBER.test(text) && !NAMES.has(column) ? Number(text) : text;
}

/** The rows of a table.csv: a cell that is a number as a number, an empty one as null. */
async function rowsOf(file: string) {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new DataError(`${file}: cannot be read: ${messageOf(error)}`);
  });
  const [head = [], ...rows] = parseCsv(text);
  return rows.map((row) => Object.fromEntries(head.map((column, i) => [column, cell(column, row[i] ?? '')])));
}

/** What a run found, as one document. */
export async function runJson(name: string, { folder, files, networks, failures }: BenchmarkResult) {
  return {
    name,
    folder,
    files,
    rows: await rowsOf(join(folder, 'table.csv')),
    networks: networks.map(({ name: network, timings, imagesPerSecond, shareOutside }) => ({
      network,
      seconds: timings,
      images_per_second: imagesPerSecond,
      share_outside_network: shareOutside,
    })),
    failures: failures.map(({ id, message }) => ({ image: id, message })),
  };
}

/** What stands there for a part of a run, whose rows are written when it is merged. */
export const shardJson = (name: string, out: string, { index, count }: Shard) => {
  return { name, out, shard: { index, count } };
};
