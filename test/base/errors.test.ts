import { describe, expect, it } from 'vitest';
import { BenchError, ModelError, messageOf } from '../../src/base/errors.js';
import { plainText, quote } from '../../src/base/quote.js';

describe('BenchError', () => {
  it('is one line that no terminal obeys, whatever it quotes', () => {
    expect(new ModelError('node `a\r\nb\u001b[2J` of op\u0000').message).toBe('node `a b?[2J` of op?');
    expect(new ModelError('node').name).toBe('ModelError');
  });

  it('is never long, and keeps its beginning and its end', () => {
    for (const length of [8000, 1e6]) {
      const { message } = new BenchError(`a.xml: tag ${'x'.repeat(length)} is not closed`);
      expect(message.length).toBeLessThanOrEqual(1000);
      expect(message).toMatch(/^a\.xml: tag x+ … \(\d+ letters\) … x+ is not closed$/);
    }
    const whole = 'y'.repeat(1000);
    expect(new BenchError(whole).message).toBe(whole);
    expect(messageOf(new Error('z'.repeat(8000))).length).toBeLessThanOrEqual(600);
    // A letter of two code units is not cut into half a letter.
    expect(new BenchError('😀'.repeat(5000)).message).not.toMatch(/\p{Cs}/u);
  });

  it('turns no direction of writing', () => {
    expect(quote('a\u202eb\u0085')).toBe('"a\\u202eb\\u0085"');
    expect(new BenchError('a\u202egpj.exe\u2066b\u2028c').message).toBe('a?gpj.exe?b c');
    expect(messageOf('a\u202eb\u009bc')).toBe('a?b?c');
    const marks = 'a\u200fb\u061cc\ud800';
    expect(quote(marks)).toBe('"a\\u200fb\\u061cc\\ud800"');
    for (const said of [messageOf(marks), new BenchError(marks).message, plainText(marks)])
      expect(said).toBe('a?b?c?');
  });

  it('keeps its cause', () => {
    const cause = new Error('deep');
    expect(new BenchError('outer', { cause }).cause).toBe(cause);
  });
});
