import { describe, expect, it } from 'vitest';
import { BenchError, ModelError } from '../src/errors.js';

describe('BenchError', () => {
  it('is one line that no terminal obeys, whatever it quotes', () => {
    expect(new ModelError('node `a\r\nb\u001b[2J` of op\u0000').message).toBe('node `a b?[2J` of op?');
    expect(new ModelError('node').name).toBe('ModelError');
  });

  it('keeps its cause', () => {
    const cause = new Error('deep');
    expect(new BenchError('outer', { cause }).cause).toBe(cause);
  });
});
