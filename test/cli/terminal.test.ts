import { describe, expect, it } from 'vitest';
import { terminal } from '../../src/cli/terminal.js';
import { wrapped } from '../../src/report/wrapped.js';

describe('a terminal', () => {
  const shown = (stream: { isTTY?: boolean; columns?: number }, environment: Record<string, string>) =>
    terminal(stream, environment).paint('green', 'better');

  it('has colours', () => {
    expect(shown({ isTTY: true }, {})).toBe('\u001b[32mbetter\u001b[39m');
    expect(shown({ isTTY: true }, { NO_COLOR: '' })).toBe('\u001b[32mbetter\u001b[39m');
  });

  it('has none in a pipe, with NO_COLOR, or when it is dumb', () => {
    expect(shown({}, {})).toBe('better');
    expect(shown({ isTTY: true }, { NO_COLOR: '1' })).toBe('better');
    expect(shown({ isTTY: true }, { TERM: 'dumb' })).toBe('better');
  });

  it('is 80 columns wide where nobody says', () => {
    expect(terminal({}, {}).width).toBe(80);
    expect(terminal({ isTTY: true, columns: 120 }, {}).width).toBe(120);
  });

  it('wraps at words, and leaves a long one whole', () => {
    expect(wrapped('a map of one class', 8)).toEqual(['a map of', 'one', 'class']);
    expect(wrapped('in /a/very/long/path here', 8)).toEqual(['in', '/a/very/long/path', 'here']);
  });
});
