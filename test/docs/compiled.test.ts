import { describe, expect, it } from 'vitest';
import { filled, tables } from '../../scripts/compiled/tables.mjs';
import { textOf } from './markdown.js';

describe('docs/compiled.md', () => {
  it('has the tables of the committed measurements', () => {
    const page = textOf('docs/compiled.md');
    const made = tables();
    expect(Object.keys(made)).toEqual(['equal', 'kinks', 'pixels']);
    for (const name of Object.keys(made)) expect(page).toContain(`<!-- ${name} -->`);
    expect(filled(page, made)).toBe(page);
  });
});
