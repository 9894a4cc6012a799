import { describe, expect, it } from 'vitest';
import { type Comparison, compareOutcomes } from '../../src/report/compare.js';
import { formatComparisons } from '../../src/report/compare-formats.js';
import { csvLines, parseCsv } from '../../src/report/csv.js';
import { readImageOutcomes } from '../../src/report/image-outcomes.js';

const HEAD = ['network', 'method', 'layer', 'image', 'scores', 'cls_top1_error', 'loc_top1_error'];

/** images.csv of one row over so many images; the errors by position, all others right. */
function file(count: number, wrong: readonly number[], method = 'cam', uncounted: readonly number[] = []) {
  const lines = Array.from({ length: count }, (_, i) => {
    const loc = uncounted.includes(i) ? '' : wrong.includes(i) ? '1' : '0';
    return ['net', method, 'relu', `image ${i}`, '0.5', '0', loc];
  });
  return readImageOutcomes(csvLines([HEAD, ...lines]), 'images.csv');
}

const upTo = (count: number) => [...Array(count).keys()];
const loc = (comparisons: readonly Comparison[]) =>
  comparisons.find(({ measure }) => measure === 'loc_top1_error')!;
const verdict = (before: readonly number[], after: readonly number[]) =>
  loc(compareOutcomes(file(400, before), file(400, after))).verdict;

describe('compareOutcomes', () => {
  it('one image in 400 is no evidence, nor are five; six one way, or a real loss, are', () => {
    expect(verdict(upTo(100), upTo(101))).toBe('no evidence');
    expect(verdict(upTo(100), upTo(105))).toBe('no evidence');
    expect(verdict(upTo(100), upTo(106))).toBe('worse');
    expect(verdict(upTo(106), upTo(100))).toBe('better');
    expect(verdict(upTo(100), upTo(140))).toBe('worse');
    expect(verdict(upTo(100), upTo(100))).toBe('equal');
    // Many flips that cancel out.
    expect(verdict(upTo(100), upTo(200).slice(95))).toBe('no evidence');
  });

  it('names the images, and the difference over them', () => {
    const found = loc(compareOutcomes(file(4, [0, 1]), file(4, [1, 2, 3])));
    expect(found).toMatchObject({
      ...{ row: 'net, cam at relu', before: 50, after: 75 },
      ...{ broke: ['image 2', 'image 3'], mended: ['image 0'] },
      difference: { n: 4, estimate: 25 },
    });
  });

  it('compares nothing over other images', () => {
    const [fewer] = compareOutcomes(file(4, []), file(3, []));
    expect(fewer).toMatchObject({ verdict: 'incomparable', note: 'image image 3 is not in the second' });
    const counting = loc(compareOutcomes(file(4, []), file(4, [], 'cam', [2])));
    expect(counting).toMatchObject({ verdict: 'incomparable', note: 'image 2 counts on one side only' });
  });

  it('tells rows that vanished or came', () => {
    const verdicts = compareOutcomes(file(3, [], 'cam'), file(3, [], 'mwp')).map((one) => one.verdict);
    expect(verdicts).toEqual(['missing', 'new']);
  });

  it('keeps rows of one name apart by their order', () => {
    const lines = ['a', 'b'].flatMap((id) => [
      ['net', 'cam', '', id, '', '0', '0'],
      ['net', 'cam', '', id, '', '0', '1'],
    ]);
    const rows = readImageOutcomes(csvLines([HEAD, ...lines]), 'x');
    expect(rows.map(({ turn, outcomes }) => [turn, [...outcomes.get('loc_top1_error')!]])).toEqual([
      [1, [0, 0]],
      [2, [1, 1]],
    ]);
  });

  it.each([
    ['network,method\n', /no column `layer`; expected an images\.csv/],
    [`${HEAD.join(',')}\nnet,cam,,a,,0,2\n`, /x: line 2: expected 0, 1 or nothing as an error, found "2"/],
    [`${HEAD.join(',')}\nnet,cam\n`, /x: line 2 has 2 cells, its head has 7/],
  ])('refuses what is no images.csv', (text, message) => {
    expect(() => readImageOutcomes(text, 'x')).toThrow(message);
  });
});

describe('formatComparisons', () => {
  const worse = compareOutcomes(file(400, []), file(400, upTo(8)));
  const hostile = (name: string): Comparison => ({ ...loc(worse), row: name });

  it('table: a line per measure, then the images that flipped', () => {
    const text = formatComparisons(worse, 'table');
    expect(text).toMatch(/cls_top1_error +0\.00 +0\.00 .* equal\n/);
    expect(text).toMatch(/loc_top1_error +0\.00 +2\.00 +\+2\.00 \(\+0\.75 to \+3\.\d+\) +8 +0 +worse\n/);
    expect(text).toContain('wrong now: image 0, image 1,');
  });

  it('markdown: only what changed, nothing that turns into markup', () => {
    const text = formatComparisons(worse, 'markdown');
    expect(text).toContain('| **worse** |\n');
    expect(text).toContain('2 comparisons, 1 without a single flip.');
    const bad = formatComparisons([hostile('a|b\n<img src=x> [x](y) @all `c`')], 'markdown');
    expect(bad.split('\n')[2]).not.toMatch(/<|\[|@|`/);
    expect(bad.split('\n')[2]!.split('|')).toHaveLength(10);
  });

  it('csv: can be read back', () => {
    const [head, , row] = parseCsv(formatComparisons(worse, 'csv'));
    const cell = (name: string) => row![head!.indexOf(name)];
    expect(cell('verdict')).toBe('worse');
    expect(cell('difference')).toBe('2.0000');
    expect(cell('broke')!.split('|')).toHaveLength(8);
    expect(Number(cell('p'))).toBeCloseTo(2 / 256, 5);
  });

  it('junit: a failure per loss, well-formed whatever the names', () => {
    const text = formatComparisons([...worse, hostile('<&"\u0001>')], 'junit');
    expect(text).toContain('<testsuite name="bench compare" tests="3" failures="2">');
    expect(text).toMatch(/<failure message="0\.00 → 2\.00, \+2\.00 \(.*\): worse">/);
    expect(text).toContain('classname="&#60;&#38;&#34;?&#62;"');
  });
});
