import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ConfigError } from '../../src/base/errors.js';
import { datasetSchema } from '../../src/config/dataset.js';
import { makeDataset } from '../../src/datasets/dataset.js';
import { defineDataset } from '../../src/datasets/kind.js';
import { datasets, isComparable, provenanceLabels } from '../../src/datasets/registry.js';

/* A new data set is one file and one entry of the registry: nothing else names them. */

const SOURCES = fileURLToPath(new URL('../../src', import.meta.url));

describe('the registry of data sets', () => {
  it('is the one file outside of the readers that names a data set or a provenance', () => {
    const names = [...datasets.keys(), ...provenanceLabels.keys()].filter((name) => name !== 'demonstration');
    // Published tables and cards speak of ImageNet's classes, whatever the data are; a folder may be any.
    const spared = /^(datasets|cards|caffe|fetch)[/\\]|^report[/\\]published(-data)?\.ts$/;
    const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter(
      (name) => name.endsWith('.ts') && !spared.test(name),
    );
    const naming = files.filter((file) => {
      const text = readFileSync(join(SOURCES, file), 'utf8');
      return names.some((name) => name !== 'folder' && text.includes(`'${name}'`));
    });
    expect(files.length).toBeGreaterThan(200);
    expect(naming).toEqual([]);
  });

  it('makes the keys of the configuration, all that an entry has', () => {
    const keys = Object.keys(datasetSchema.shape);
    for (const kind of datasets.values())
      expect(keys).toEqual(expect.arrayContaining(Object.keys(kind.keys)));
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('says which results may stand beside published ones', () => {
    expect([...provenanceLabels.keys()].filter(isComparable)).toEqual(['imagenet-val']);
  });
});

describe('defineDataset', () => {
  const kind = defineDataset({
    name: 'flowers',
    description: 'petals',
    labels: { flowers: 'flowers' },
    keys: { petals: z.int().optional().meta({ description: 'how many.', unset: 'five' }) },
    open: async ({ name, petals = 5 }) => {
      const ids = Array.from({ length: petals }, (_, i) => `petal-${i}`);
      const load = async () => Promise.reject(new Error('none is read'));
      return makeDataset({ name, provenance: 'flowers', classes: [], ids, load });
    },
  });

  it('hands a data set its own keys', async () => {
    expect((await kind.open({ name: 'flowers', root: '.', petals: 3 })).ids).toHaveLength(3);
    expect((await kind.open({ name: 'flowers', root: '.' })).ids).toHaveLength(5);
  });

  it('refuses a value that another data set takes under the same key', async () => {
    const opening = kind.open({ name: 'flowers', root: '.', petals: 'many' });
    await expect(opening).rejects.toThrow(ConfigError);
    await expect(opening).rejects.toThrow('dataset.petals: not what flowers reads: ');
  });
});
