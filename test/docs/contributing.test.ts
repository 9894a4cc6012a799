import { readdirSync } from 'node:fs';
import { dirname } from 'node:path/posix';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { tablesWith, textOf } from './markdown.js';

const SOURCES = fileURLToPath(new URL('../../src', import.meta.url));

describe('CONTRIBUTING', () => {
  it('has a line for each folder of src', () => {
    const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.ts'),
    );
    const folders = new Set(files.map((name) => `src/${dirname(name.replaceAll('\\', '/'))}`));
    const [table] = tablesWith(textOf('CONTRIBUTING.md'), 'folder', 'what it holds');
    const named = table!.rows.map(([cell]) => cell!.replaceAll('`', ''));
    expect([...named].sort()).toEqual([...folders].sort());
    expect(table!.rows.filter(([, line]) => line === '')).toEqual([]);
  });
});
