import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { below, type Estimate, positive, withClaims } from '../../scripts/docs/claims.mjs';
import { parseCsv } from '../../src/report/csv.js';
import { jsonOf, textOf } from './markdown.js';

const page = textOf('docs/claims.md');

function rowsOf(name: string) {
  const path = `results/${name}.csv`;
  if (!existsSync(new URL(`../../${path}`, import.meta.url))) return undefined;
  const [head, ...rows] = parseCsv(textOf(path));
  return rows.map((cells) => Object.fromEntries(head!.map((key, i) => [key, cells[i]!])));
}

const published = (name: string) => jsonOf<unknown>(`results/paper/${name}.json`);

describe('docs/claims.md', () => {
  it('has the numbers and verdicts that `npm run docs` makes of the results', () => {
    expect(page).toBe(withClaims(page, rowsOf, published));
  });

  it('is mended by `npm run docs` where a number is another one', () => {
    const wrong = page.replace(/Grad-CAM\u00a0\d/, 'Grad-CAM\u00a0x');
    expect(wrong).not.toBe(page);
    expect(withClaims(wrong, rowsOf, published)).toBe(page);
  });

  it('says so where something was not measured', () => {
    const nothing = withClaims(page, () => undefined, published);
    expect(nothing).toContain('Grad-CAM\u00a0not measured yet');
    expect(nothing).not.toContain('| **seen**');
  });

  it('must have a place for each table', () => {
    const without = page.replace('<!-- claims: diagnosis -->', '');
    expect(() => withClaims(without, rowsOf, published)).toThrow('no place for diagnosis');
  });
});

describe('a verdict', () => {
  const of = (value: number, half = 1): Estimate => ({ value, low: value - half, high: value + half });

  it.each<[string, Estimate, readonly Estimate[], string]>([
    ['apart', of(10), [of(13), of(20)], '**seen**'],
    ['one overlaps', of(10), [of(11.5), of(20)], 'not seen: intervals overlap'],
    ['intervals that touch', of(10), [of(12)], 'not seen: intervals overlap'],
    ['one is smaller', of(10), [of(13), of(9)], 'not seen: not below'],
    ['one is missing', of(10), [undefined], 'not measured yet'],
  ])('%s', (_, first, others, words) => {
    expect(below(first, others)).toBe(words);
  });

  it('on paired differences asks for intervals above 0', () => {
    expect(positive([of(2), of(1.5)])).toBe('**seen**');
    expect(positive([of(2), of(0.5)])).toBe('not seen: an interval has 0');
    expect(positive([of(2), of(-3)])).toBe('not seen: not above');
    expect(positive([undefined])).toBe('not measured yet');
  });
});
