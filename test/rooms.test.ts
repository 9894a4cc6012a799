import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const SOURCES = fileURLToPath(new URL('../src', import.meta.url));

/** CONTRIBUTING.md: a room may import from itself, its group, and the groups behind it. */
const GROUPS = [
  ['cli', 'library'],
  ['run'],
  ['experiments'],
  ['config', 'fetch', 'cards'],
  ['datasets', 'explainer', 'report', 'caffe', 'maps'],
  ['methods'],
  ['eval'],
  ['figures'],
  ['images', 'engines'],
  ['graph'],
  ['onnx'],
  ['base', 'lock'],
] as const;

/** Files beside the rooms belong to the last group. */
function roomOf(file: string): string {
  const [room, ...rest] = relative(SOURCES, file).split(sep);
  return rest.length === 0 ? 'base' : room!;
}

const groupOf = (room: string) => GROUPS.findIndex((group) => (group as readonly string[]).includes(room));

const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => join(SOURCES, name));

function importsOf(file: string): string[] {
  const specifiers = readFileSync(file, 'utf8').matchAll(
    /(?:from|import|import\(|new URL\()\s*'(\.[^']+\.js)'/g,
  );
  return [...specifiers].map(([, specifier]) => resolve(dirname(file), specifier!));
}

describe('the rooms', () => {
  it('are all in the order', () => {
    const rooms = new Set(files.map(roomOf));
    expect([...rooms].filter((room) => groupOf(room) < 0)).toEqual([]);
    expect(GROUPS.flat().filter((room) => !rooms.has(room))).toEqual([]);
  });

  it('import from themselves and from what is behind them', () => {
    const wrong = files.flatMap((file) =>
      importsOf(file)
        .filter((target) => groupOf(roomOf(target)) < groupOf(roomOf(file)))
        .map((target) => `${relative(SOURCES, file)} imports ${relative(SOURCES, target)}`),
    );
    expect(wrong).toEqual([]);
  });
});
