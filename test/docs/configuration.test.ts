import { describe, expect, it } from 'vitest';
import { withTables } from '../../scripts/docs/key-tables.mjs';
import { BOX_RULES } from '../../src/config/box-rule.js';
import { configSchema, fileSchema } from '../../src/config/schema.js';
import { experiments } from '../../src/experiments/registry.js';
import { textOf } from './markdown.js';

const schema = { configSchema, fileSchema, BOX_RULES, experiments };
const page = textOf('docs/configuration.md');

describe('docs/configuration.md', () => {
  it('has the tables of keys that `npm run docs` makes of the schema', () => {
    expect(page).toBe(withTables(page, schema));
  });

  it('is mended by `npm run docs` where a table says something else', () => {
    for (const [is, was] of [
      ['| `0.15` |', '| `0.5` |'],
      ['`localization.iou`', '`localization.overlap`'],
    ] as const) {
      const wrong = page.replace(is, was);
      expect(wrong).not.toBe(page);
      expect(withTables(wrong, schema)).toBe(page);
    }
  });

  it('must have a place for each table', () => {
    expect(() => withTables(page.replace('<!-- keys: rules -->', ''), schema)).toThrow('no place for rules');
  });
});
