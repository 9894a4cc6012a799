import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { barBelow } from '../../src/cli/bar-below.js';

/** Clears the whole line. */
const CLEARED = '\u001b[2K';

afterEach(() => vi.restoreAllMocks());

/** What was written to a stream and to stdout, in its order. */
function shown(isTTY: boolean, total: number, use: (bar: ReturnType<typeof barBelow>) => void): string {
  const parts: string[] = [];
  const stream = Object.assign(new PassThrough(), { isTTY, columns: 80, cursorTo: () => true });
  vi.spyOn(stream, 'write').mockImplementation((text: unknown) => {
    parts.push(String(text));
    return true;
  });
  vi.spyOn(console, 'log').mockImplementation((line: string) => {
    parts.push(`${line}\n`);
  });
  const bar = barBelow('net', total, stream as unknown as NodeJS.WriteStream);
  use(bar);
  bar.finished();
  return parts.join('');
}

describe('a bar below the lines', () => {
  it('is drawn anew behind each line, knows how many are done, and is gone at the end', () => {
    const text = shown(true, 3, (bar) => {
      bar.line('one');
      bar.advanced();
      bar.line('two');
      bar.advanced();
    });
    const [before, between, after] = text.split(/(?:one|two)\n/);
    expect(before).toContain('0/3 images');
    expect(between).toContain('1/3 images, ');
    expect(after).toMatch(/\d+ s left/);
    expect(after).toContain('2/3 images');
    // The last that is written takes the bar away: a line is cleared as often as one was drawn.
    const times = (what: string) => text.split(what).length - 1;
    expect(text.lastIndexOf(CLEARED)).toBeGreaterThan(text.lastIndexOf('images'));
    expect(times(CLEARED)).toBe(times('/3 images'));
  });

  it('is none for one image, or where there is no terminal', () => {
    const one = (bar: ReturnType<typeof barBelow>) => {
      bar.line('one');
      bar.advanced();
    };
    expect(shown(true, 1, one)).toBe('one\n');
    expect(shown(false, 9, one)).toBe('one\n');
  });
});
