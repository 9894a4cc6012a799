import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { distinctWords, fileWord } from '../../src/eval/file-word.js';
import { folded } from './folded.js';

const awkward = fc.constantFrom(
  ...[
    'a',
    'A',
    'b',
    ' ',
    '-',
    '_',
    '.',
    '..',
    '~',
    '~1',
    '%',
    '%20',
    '/',
    '\\',
    ':',
    '\0',
    '\n',
    'con',
    'NUL.x',
  ],
  ...[
    'é',
    'e\u0301',
    'ß',
    'SS',
    'ſ',
    'K',
    'k',
    'ﬁ',
    'fi',
    'İ',
    'ı',
    '\ud800',
    '\udfff',
    '\u200d',
    '\u3164',
    '漢',
    '😀',
  ],
);
const name = fc.oneof(
  fc.array(awkward, { maxLength: 8 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ maxLength: 12 }),
);

describe('words of file names', () => {
  it('leave ordinary names as they are', () => {
    for (const text of [
      'grad-cam++',
      'ILSVRC2012_val_00000001',
      'n01440764',
      'vgg16-gap',
      'Käse',
      '2008_000008',
      'a.b',
    ])
      expect(fileWord(text)).toBe(text);
  });

  it('say what else stands there as addresses do', () => {
    expect(fileWord('net a')).toBe('net%20a');
    expect(fileWord('100%')).toBe('100%25');
    expect(fileWord('..')).toBe('%2E%2E');
    expect(fileWord('.')).toBe('%2E');
    expect(fileWord('-dash')).toBe('%2Ddash');
    expect(fileWord('Nul.x')).toBe('%4Eul.x');
    expect(fileWord('a~1')).toBe('a%7E1');
    expect(fileWord('')).toBe('%');
    expect(fileWord('\ud800')).toBe('%uD800');
  });

  it('are distinct for distinct names, and read back unless they were cut', () => {
    fc.assert(
      fc.property(name, name, (a, b) => {
        const [first, second] = [fileWord(a), fileWord(b)];
        expect(first === second).toBe(a === b);
        if (a !== '' && !first.includes('~') && !/%u/.test(first)) expect(decodeURIComponent(first)).toBe(a);
      }),
      { numRuns: 2000 },
    );
  });

  it('can be files everywhere', () => {
    fc.assert(
      fc.property(name, (text) => {
        const word = fileWord(text);
        expect(Buffer.byteLength(word)).toBeLessThanOrEqual(60);
        expect(word).toMatch(/^[^\p{Cc}\p{Cs}<>:"/\\|?*\s]+$/u);
        expect(word).not.toMatch(/^[.-]|\.$|^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i);
      }),
      { numRuns: 2000 },
    );
  });

  it('of a list never fold to the same, whatever case and normal form make of them', () => {
    fc.assert(
      fc.property(fc.array(name, { maxLength: 12 }), (names) => {
        const words = distinctWords(names);
        expect(words).toHaveLength(names.length);
        expect(new Set(words.map(folded)).size).toBe(names.length);
        expect(words.every((word) => Buffer.byteLength(word) <= 70)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('are numbered only where they would be taken for one', () => {
    expect(distinctWords(['x', '1-x', 'X', 'a b', 'a-b'])).toEqual(['x~1', '1-x', 'X~3', 'a%20b', 'a-b']);
    expect(distinctWords(['é', 'e\u0301'])).toEqual(['é~1', 'e\u0301~2']);
    expect(distinctWords(['x', 'x'])).toEqual(['x~1', 'x~2']);
  });

  it('make as many files as there are names', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'words-'));
    try {
      const names = [
        'a',
        'A',
        'a b',
        'a-b',
        '..',
        '.',
        '',
        'é',
        'e\u0301',
        'y'.repeat(255),
        `${'y'.repeat(254)}z`,
        '漢'.repeat(85),
      ];
      for (const word of distinctWords(names)) await writeFile(join(folder, word), '');
      expect(await readdir(folder)).toHaveLength(names.length);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
