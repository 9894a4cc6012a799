import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { codeOf } from '../base/errors.js';
import { NOTHING_PUBLISHED, type PublishedTable } from '../eval/published.js';

const percents = z.record(z.string(), z.number());

const schema = z.object({
  title: z.string(),
  sources: z.record(
    z.string(),
    z.object({ label: z.string(), citation: z.string(), secondary: z.boolean().default(false) }),
  ),
  data: z.record(
    z.string(),
    z.object({
      ...{ dataset: z.string(), year: z.int().optional(), split: z.string() },
      ...{ images: z.int(), classes: z.int() },
    }),
  ),
  rows: z.array(
    z
      .object({
        source: z.string(),
        dataset: z.string().default('imagenet'),
        data: z.string().default('ILSVRC-15 val'),
        network: z.string(),
        method: z.string(),
        values: percents.default({}),
        // The localization table has its own: errors by the number of guesses.
        cls: percents.default({}),
        loc: percents.default({}),
        note: z.string().optional(),
      })
      .transform(({ cls, loc, values, ...row }) => ({
        ...row,
        values: { ...values, ...byGuesses('cls', cls), ...byGuesses('loc', loc) },
      })),
  ),
});

function byGuesses(measure: string, errors: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(errors).map(([k, value]) => [`${measure}_top${k}_error`, value]));
}

/** Reads results/paper/<experiment>.json, which comes with the program; an empty table when there is no such file. */
export async function readPublished(
  experiment: string,
  folder: URL = new URL('../../results/paper/', import.meta.url),
): Promise<PublishedTable> {
  let text: string;
  try {
    text = await readFile(new URL(`${experiment}.json`, folder), 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return NOTHING_PUBLISHED;
    throw error;
  }
  const { title, sources, data, rows } = schema.parse(JSON.parse(text));
  return {
    ...{ title, data },
    rows: rows.map((row) => {
      const { label = row.source, secondary = false } = sources[row.source] ?? {};
      return { ...row, source: label, secondary };
    }),
  };
}
