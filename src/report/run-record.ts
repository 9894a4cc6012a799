import { z } from 'zod';
import { DataError } from '../base/errors.js';

/* What run.json says of a run, as far as other commands read it. */

const schema = z.object({
  config: z.object({
    name: z.string(),
    experiment: z.looseObject({ name: z.string() }),
    dataset: z.object({
      ...{ name: z.string(), root: z.string(), split: z.string().optional() },
      year: z.number().optional(),
    }),
    networks: z.array(z.object({ name: z.string(), model: z.object({ paper: z.string().optional() }) })),
  }),
  data: z.object({
    ...{ label: z.string(), provenance: z.string() },
    ...{ images: z.int().min(0), classes: z.int().min(0) },
  }),
  networks: z.array(
    z.object({
      ...{ name: z.string(), model: z.object({ sha256: z.string() }) },
      /** Images without some of their maps, where these were to be left out; only where maps are in files. */
      left_out: z.array(z.object({ id: z.string() })).optional(),
    }),
  ),
  failed_images: z.int().min(0),
});

/** The configuration, the data and the networks of a finished run. */
export type RunRecord = z.output<typeof schema>;

/** @throws DataError naming the file */
export function readRunRecord(text: string, file: string): RunRecord {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new DataError(`${file}: not JSON: ${(error as Error).message}`);
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  throw new DataError(`${file}: no run.json of bench run: ${path.map(String).join('.')}: ${message}`);
}
