import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { datasetNames, provenanceLabels } from '../../src/datasets/registry.js';
import { experiments } from '../../src/experiments/registry.js';
import { methods } from '../../src/methods/registry.js';
import { tablesWith, textOf } from './markdown.js';

/* What a registry names has a row in its guide: a new entry without one is named here. */

const GUIDES: readonly (readonly [page: string, head: readonly string[], names: readonly string[]])[] = [
  ['docs/methods.md', ['name', 'map'], [...methods.keys()]],
  ['docs/datasets.md', ['`dataset.name`', 'data'], datasetNames.map(({ name }) => name)],
  ['docs/datasets.md', ['provenance', 'when'], [...provenanceLabels.keys()]],
  ['docs/experiments.md', ['experiment', 'what it asks'], [...experiments.keys()]],
];

describe('the guides', () => {
  it.each(GUIDES)('%s, table %j, has a row for each entry of the registry', (page, head, names) => {
    const [table] = tablesWith(textOf(page), ...head);
    const rows = table!.rows.map(([cell]) => /`(.+?)`/.exec(cell!)?.[1]);
    expect(rows.sort()).toEqual([...names].sort());
  });

  // The experiment that a configuration has without naming one is the quickstart's.
  it.each([...experiments.keys()].filter((name) => name !== 'localization'))(
    'find a configuration of %s where they say that it is',
    (name) => {
      const file = new URL(`../../configs/experiments/${name}.yaml`, import.meta.url);
      expect(existsSync(file), `configs/experiments/${name}.yaml`).toBe(true);
    },
  );
});
