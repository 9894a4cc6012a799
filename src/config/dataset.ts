import { z } from 'zod';
import { datasets } from '../datasets/registry.js';
import { section } from './section.js';
import { positive, text } from './values.js';

const THEIRS = "the data set's";

/** The keys of single data sets. One that several have takes what any of them takes; opening it checks the rest. */
function ownKeys(): Record<string, z.ZodType> {
  const kinds = [...datasets.values()];
  const names = new Set(kinds.flatMap(({ keys }) => Object.keys(keys)));
  return Object.fromEntries(
    [...names].map((key) => {
      const own = kinds.flatMap(({ name, keys }) => (keys[key] ? [{ name, schema: keys[key] }] : []));
      const [first, ...others] = own.map(({ schema }) => schema.unwrap() as z.ZodType);
      const schema = others.length === 0 ? first! : z.union([first!, ...others]);
      const metas: { name: string; description?: string | undefined; unset?: unknown }[] = own.map(
        ({ name, schema }) => ({ name, ...schema.meta() }),
      );
      const description = metas
        .map(({ name, description }) => `${name}${own.length === 1 ? ' only' : ''}: ${description}`)
        .join(' ');
      const unset =
        own.length === 1
          ? String(metas[0]!.unset)
          : metas.map((meta) => `${meta.name} ${meta.unset}`).join('; ');
      return [key, schema.optional().meta({ description, unset })];
    }),
  );
}

/** The images and their truth. */
export const datasetSchema = section({
  name: text.describe('Which data set ([datasets.md](datasets.md)).'),
  root: text.describe('Folder of the data set.'),
  split: text.optional().meta({ description: 'The split to read: `val`, `trainval`, …', unset: THEIRS }),
  images: text.optional().meta({
    description:
      'A text file with one image id a line. Only these images are read, in this order. A relative path counts from `root`.',
    unset: 'all images',
  }),
  limit: positive
    .optional()
    .meta({ description: 'Reads only the first so many images. `--limit N` sets it.', unset: 'no limit' }),
  classes: text
    .optional()
    .meta({ description: "A file that names the classes in the network's order.", unset: THEIRS }),
  demonstration: z.boolean().optional().meta({
    description: 'The pictures were made in the format of the data set and are not its own. Results say so.',
    unset: 'detected',
  }),
  // Their types are each data set's own.
  ...(ownKeys() as Readonly<Record<never, never>>),
});
