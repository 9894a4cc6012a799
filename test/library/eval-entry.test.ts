import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { rolldown } from 'rolldown';
import { describe, expect, it } from 'vitest';
import { PACKAGE } from '../cli/world.js';

const DIST = join(PACKAGE, 'dist');
const ENTRY = join(DIST, 'eval', 'index.js');

/** Files that a compiled file reaches, and what it imports from elsewhere; the types of a `.d.ts` too. */
function walk(entry: string): { readonly files: readonly string[]; readonly foreign: readonly string[] } {
  const files = new Set<string>();
  const foreign = new Set<string>();
  const visit = (file: string) => {
    if (files.has(file)) return;
    files.add(file);
    const text = readFileSync(file, 'utf8');
    for (const [, name] of text.matchAll(/(?:\bfrom|\bimport|\bimport\(|new URL\()\s*['"]([^'"]+)['"]/g)) {
      if (!name!.startsWith('.')) foreign.add(name!);
      // A URL may also name a folder or a file of data.
      else if (name!.endsWith('.js'))
        visit(resolve(dirname(file), file.endsWith('.d.ts') ? name!.replace(/\.js$/, '.d.ts') : name!));
    }
  };
  visit(entry);
  return { files: [...files], foreign: [...foreign] };
}

describe('explanation-bench/eval', () => {
  it('imports nothing but its own files: no module of Node.js, and no package', () => {
    const { files, foreign } = walk(ENTRY);
    expect(foreign).toEqual([]);
    expect(files.length).toBeGreaterThan(30);
    const types = walk(ENTRY.replace(/\.js$/, '.d.ts'));
    expect(types.foreign).toEqual([]);
    // The walk would see one: the main entry has many.
    const main = walk(join(DIST, 'library', 'index.js'));
    expect(main.foreign).toEqual(expect.arrayContaining(['node:url', 'sharp']));
  });

  it('names nothing that only Node.js has', () => {
    const named = walk(ENTRY).files.flatMap((file) => {
      const code = readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
      const words = code.match(/\b(Buffer|process|require|__dirname|setImmediate)\b/g) ?? [];
      return words.map((word) => `${relative(DIST, file)}: ${word}`);
    });
    expect(named).toEqual([]);
  });

  it('is bundled for a browser, and judges a map where there is no Node.js', async () => {
    const bundle = await rolldown({
      input: join(PACKAGE, 'examples', 'library', 'judge-maps.mjs'),
      platform: 'browser',
      external: [...builtinModules],
    });
    const { output } = await bundle.generate({ format: 'esm' });
    await bundle.close();
    const { code } = output[0];
    expect(code).not.toMatch(/\bimport\b[^;]*from/);
    const lines: string[] = [];
    const console = { log: (...words: readonly unknown[]) => lines.push(words.join(' ')) };
    // A page has these; nothing of Node.js is there.
    const page = createContext({ console });
    await runInContext(`(async () => { ${code.replace(/^export .*$/gm, '')} })()`, page);
    expect(lines).toEqual([
      'box {"x0":33,"y0":33,"x1":85,"y1":85}',
      'localization error, top-1: 0',
      'MaxBoxAccV2: 100',
      'pointing game: 100',
    ]);
  });
});
