import { readFileSync, writeFileSync } from 'node:fs';
import { BOX_RULES } from '../../dist/config/box-rule.js';
import { configSchema, fileSchema } from '../../dist/config/schema.js';
import { experiments } from '../../dist/experiments/registry.js';
import { withTables } from './key-tables.mjs';

/* Writes the tables of keys in docs/configuration.md anew. test/docs holds the page to them. */

const page = new URL('../../docs/configuration.md', import.meta.url);
writeFileSync(
  page,
  withTables(readFileSync(page, 'utf8'), { configSchema, fileSchema, BOX_RULES, experiments }),
);
