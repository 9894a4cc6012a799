import { readFile } from 'node:fs/promises';
import { z } from 'zod';

const percentByTop = z.record(z.string(), z.number());

const tableSchema = z.object({
  title: z.string(),
  sources: z.record(z.string(), z.object({ label: z.string(), citation: z.string() })),
  rows: z.array(
    z.object({
      source: z.string(),
      network: z.string(),
      method: z.string(),
      cls: percentByTop.default({}),
      loc: percentByTop.default({}),
      note: z.string().optional(),
    }),
  ),
});

/** A published row: errors in per cent by the number of guesses, and whose they are. */
export interface PaperRow {
  readonly cls: Readonly<Record<string, number>>;
  readonly loc: Readonly<Record<string, number>>;
  readonly source: string;
}

/** The published table, as data. */
export interface PaperTable {
  readonly networks: readonly string[];
  /** The paper's own row of a network and a method; reruns by others are in the file but never stand for it. */
  find(network: string | undefined, method: string): PaperRow | undefined;
}

/** Reads `results/paper/localization.json`, which comes with the program. */
export async function readPaperTable(
  file: URL = new URL('../../results/paper/localization.json', import.meta.url),
): Promise<PaperTable> {
  const table = tableSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  const rows = table.rows.filter((row) => row.source === 'paper');
  return {
    networks: [...new Set(rows.map((row) => row.network))],
    find(network, method) {
      const row = rows.find((candidate) => candidate.network === network && candidate.method === method);
      if (row === undefined) return undefined;
      const label = table.sources[row.source]?.label ?? row.source;
      return { cls: row.cls, loc: row.loc, source: row.note ? `${label}: ${row.note}` : label };
    },
  };
}
