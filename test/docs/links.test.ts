import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { anchorsOf, filesEnding, headingsOf, pagesNamedIn, relativeTargetsOf, resolved } from './links.js';
import { textOf } from './markdown.js';

const exists = (path: string) => existsSync(new URL(`../../${path}`, import.meta.url));
const pages = filesEnding('.md');

describe('links between the pages', () => {
  it('are found', () => {
    expect(pages).toContain('README.md');
    expect(pages).toContain('docs/models.md');
    expect(relativeTargetsOf(textOf('README.md')).length).toBeGreaterThan(10);
    expect(
      relativeTargetsOf('`[a](b)` [c](d.md#e) <!-- --> [f](https://g)\n\n    [h](i)\n\n[j]: k.md\n'),
    ).toEqual(['d.md#e', 'k.md']);
  });

  it('have the anchors that GitHub gives', () => {
    const page = '# `a` & B: c_d (é, 2–3)\n## [x](y) Z\n## x z\n```\n# no heading\n```\n';
    expect([...anchorsOf(page)]).toEqual(['a--b-c_d-é-23', 'x-z', 'x-z-1']);
  });

  it.each(pages)('%s points at files and headings that are there', (page) => {
    const broken = relativeTargetsOf(textOf(page)).filter((target) => {
      const { path, anchor } = resolved(page, target);
      if (!exists(path)) return true;
      return anchor !== '' && !anchorsOf(textOf(path)).has(anchor);
    });
    expect(broken).toEqual([]);
  });
});

describe('pages named in sources, scripts and configurations', () => {
  const naming = filesEnding('.ts', '.mjs', '.py', '.yaml', '.yml', '.sh', '.md')
    .filter((path) => !path.startsWith('test/docs/'))
    .flatMap((path) => pagesNamedIn(path).map((named) => ({ path, ...named })));

  it('are found', () => {
    expect(naming.some(({ path, heading }) => path.startsWith('src/') && heading !== undefined)).toBe(true);
    expect(naming.some(({ path }) => path.startsWith('configs/'))).toBe(true);
  });

  it('are there, with the headings that are named', () => {
    const missing = naming.filter(
      ({ page, heading }) =>
        !exists(page) || (heading !== undefined && !headingsOf(textOf(page)).includes(heading)),
    );
    expect(missing).toEqual([]);
  });
});
