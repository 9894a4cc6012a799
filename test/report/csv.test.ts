import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvLines, fixed, neutralise, parseCsv } from '../../src/report/csv.js';

describe('neutralise', () => {
  it.each(['=1+1', '+x', '-cmd', '@sum', '\t=1', '\r=1', '\n=1', '＝1', '-1|cmd', '-1+2'])(
    'puts an apostrophe before %j',
    (cell) => {
      expect(neutralise(cell)).toBe(`'${cell}`);
    },
  );
  it.each(['-1.25', '-3', '-1.5|-2|3', '0', 'n01440764', 'a=b', "'x", ''])('leaves %j alone', (cell) => {
    expect(neutralise(cell)).toBe(cell);
  });
});

describe('csvLines', () => {
  it('quotes what needs quoting and ends every line', () => {
    expect(csvLines([['a,b', 'say "x"', undefined, '1\n2'], ['=1']])).toBe(
      '"a,b","say ""x""",,"1\n2"\n\'=1\n',
    );
  });
  it('is read back as it was, whatever the texts', () => {
    const cells = fc.array(fc.array(fc.string(), { minLength: 2, maxLength: 4 }), { minLength: 1 });
    fc.assert(
      fc.property(cells, (rows) => {
        const written = rows.map((row) => row.map(neutralise));
        expect(parseCsv(csvLines(rows))).toEqual(written);
      }),
    );
  });
});

describe('parseCsv', () => {
  it('reads a last line without its end, empty cells and CRLF', () => {
    expect(parseCsv('a,b\r\n,"x"\r\n1,')).toEqual([
      ['a', 'b'],
      ['', 'x'],
      ['1', ''],
    ]);
  });
  it('refuses an open quote', () => {
    expect(() => parseCsv('a\n"b')).toThrow('line 2: a quote is not closed');
  });
});

describe('fixed', () => {
  it('has no negative zero and leaves undefined empty', () => {
    expect(fixed(-0.00001, 2)).toBe('0.00');
    expect(fixed(-1.239, 2)).toBe('-1.24');
    expect(fixed(undefined, 2)).toBe('');
  });
});
