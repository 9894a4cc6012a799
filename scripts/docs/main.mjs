import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { BOX_RULES } from '../../dist/config/box-rule.js';
import { configSchema, fileSchema } from '../../dist/config/schema.js';
import { experiments } from '../../dist/experiments/registry.js';
import { parseCsv } from '../../dist/report/csv.js';
import { withClaims } from './claims.mjs';
import { withTables } from './key-tables.mjs';

/*
 * Writes the tables of keys in docs/configuration.md anew, and those of the paper's claims in docs/claims.md. test/docs
 * holds the pages to them.
 */

const at = (path) => new URL(`../../${path}`, import.meta.url);

function rewrite(path, made) {
  writeFileSync(at(path), made(readFileSync(at(path), 'utf8')));
}

function rowsOf(name) {
  const file = at(`results/${name}.csv`);
  if (!existsSync(file)) return undefined;
  const [head, ...rows] = parseCsv(readFileSync(file, 'utf8'));
  return rows.map((cells) => Object.fromEntries(head.map((key, i) => [key, cells[i]])));
}

const published = (name) => JSON.parse(readFileSync(at(`results/paper/${name}.json`), 'utf8'));

rewrite('docs/configuration.md', (page) =>
  withTables(page, { configSchema, fileSchema, BOX_RULES, experiments }),
);
rewrite('docs/claims.md', (page) => withClaims(page, rowsOf, published));
