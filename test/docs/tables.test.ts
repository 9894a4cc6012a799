import { describe, expect, it } from 'vitest';
import { filesEnding } from './links.js';
import { textOf } from './markdown.js';

/** Cells of a line between unescaped bars. */
const cellsIn = (line: string) => line.replaceAll('\\|', '').split('|').length - 2;

/** Lines of a page's tables in which another number of cells stands than in the line before: a reader loses some. */
function unevenRows(markdown: string): readonly string[] {
  const lines = markdown.replace(/^```.*?^```/gms, '').split('\n');
  return lines.filter((line, i) => {
    const before = lines[i - 1] ?? '';
    return line.startsWith('|') && before.startsWith('|') && cellsIn(line) !== cellsIn(before);
  });
}

describe('tables', () => {
  it('with an uneven row are found', () => {
    expect(unevenRows('| a | b |\n|---|---|\n| \\|c\\| | d |\n')).toEqual([]);
    expect(unevenRows('| a | b |\n|---|---|\n| c |\n')).toEqual(['| c |']);
  });

  it.each(filesEnding('.md'))('of %s have as many cells in each row', (page) => {
    expect(unevenRows(textOf(page))).toEqual([]);
  });
});
