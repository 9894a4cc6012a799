import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fontBytes, outlines, textWidth } from '../../src/figures/font.js';
import { fitted, type TextStyle, wrapped } from '../../src/figures/text.js';

const style: TextStyle = { size: 10, weight: 'regular', color: '#000' };

describe('the shipped font', () => {
  it('measures by advance widths: a figure is 600 of 1000 wide, and letters are kerned', () => {
    expect(textWidth('0123', 10, 'regular')).toBeCloseTo(24, 9);
    expect(textWidth('0123', 10, 'semibold')).toBeCloseTo(24, 9);
    const apart = textWidth('A', 10, 'regular') + textWidth('V', 10, 'regular');
    expect(textWidth('AV', 10, 'regular')).toBeLessThan(apart);
  });

  it('draws a minus as the rectangle that it is', () => {
    const [x, y] = [7, 50];
    // U+2212 lies as wide as a figure: four corners, within its advance, above the baseline.
    const path = outlines('−', x, y, 10, 'regular');
    expect(path).toMatch(/^M[\d.]+ [\d.]+(L[\d.]+ [\d.]+){3,4}Z$/);
    const numbers = [...path.matchAll(/([\d.]+) ([\d.]+)/g)].map((pair) => [
      Number(pair[1]),
      Number(pair[2]),
    ]);
    for (const [px, py] of numbers) {
      expect(px).toBeGreaterThan(x);
      expect(px).toBeLessThan(x + 6);
      expect(py).toBeLessThan(y);
      expect(py).toBeGreaterThan(y - 7);
    }
  });

  it('has the signs that figures use, and those of many languages', () => {
    const missing = outlines('\ue123', 0, 0, 10, 'regular');
    for (const sign of '≥≤×·…–−αéßłşЖλ') {
      expect(outlines(sign, 0, 0, 10, 'regular')).not.toBe(missing);
      expect(outlines(sign, 0, 0, 10, 'semibold')).not.toBe(missing);
    }
  });

  it('is the file that is shipped, with its licence beside it', () => {
    const root = new URL('../../fonts/', import.meta.url);
    expect(fontBytes('regular').equals(readFileSync(new URL('IBMPlexSans-Regular.woff', root)))).toBe(true);
    expect(readFileSync(new URL('LICENSE.txt', root), 'utf8')).toContain('SIL OPEN FONT LICENSE Version 1.1');
  });
});

describe('fitted', () => {
  it('leaves what fits, and cuts what does not as late as it can', () => {
    // Figures are 6 wide, the ellipsis 8.03.
    expect(fitted('01234', 30, style)).toBe('01234');
    expect(fitted('01234', 29.9, style)).toBe('012…');
    expect(fitted('01234', 8.1, style)).toBe('…');
    expect(fitted('01234', 8, style)).toBe('');
  });

  it('shows no control characters, and cuts no character in two', () => {
    expect(fitted('a\nb\u0000c', 100, style)).toBe('a b c');
    expect(fitted('a\ud800b', 100, style)).toBe('a b');
    expect(fitted('🐈🐈🐈🐈🐈🐈', 25, style)).toMatch(/^🐈*…$/u);
  });
});

describe('wrapped', () => {
  it('breaks at spaces, hyphens and underscores', () => {
    expect(wrapped('0123 0123', 30, style, 2)).toEqual(['0123', '0123']);
    expect(wrapped('012-0123', 25, style, 2)).toEqual(['012-', '0123']);
    expect(wrapped('000_0123', 25, style, 2)).toEqual(['000_', '0123']);
    expect(wrapped('0123 0123', 100, style, 2)).toEqual(['0123 0123']);
  });

  it('keeps a number and its sign on one line', () => {
    expect(wrapped('000 15\u00a0%', 40, style, 2)).toEqual(['000', '15\u00a0%']);
  });

  it('cuts the last line that there may be', () => {
    expect(wrapped('0123 0123 0123', 25, style, 2)).toEqual(['0123', '01…']);
    expect(wrapped('', 25, style, 2)).toEqual(['']);
  });
});
