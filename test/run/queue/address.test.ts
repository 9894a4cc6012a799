import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { QueueAddress } from '../../../src/run/queue/address.js';

const parse = (text: string, environment = {}) => QueueAddress.parse(text, environment);

describe('the address of the queue', () => {
  it('shows where it is, never user and password', () => {
    const address = parse('rediss://bob:pa%2Fss@redis.example:7000/2');
    expect(address.label).toBe('rediss://redis.example:7000/2');
    expect(parse('redis://localhost').label).toBe('redis://localhost:6379');
    expect(inspect(address, { depth: 9, showHidden: true }) + JSON.stringify(address)).not.toMatch(/bob|pa/);
    expect(address.secretUrl()).toBe('rediss://bob:pa%2Fss@redis.example:7000/2');
  });

  it('takes both spellings of a password out of a text', () => {
    const address = parse('redis://bob:pa%2Fss@h');
    expect(address.redact('AUTH bob pa/ss, or redis://bob:pa%2Fss@h')).not.toMatch(/bob|pa/);
  });

  it('reads variables, and names one that is missing', () => {
    expect(parse(['redis://:$', '{PW}@h'].join(''), { PW: 'secret' }).secretUrl()).toBe('redis://:secret@h');
    expect(() => parse(['redis://:$', '{PW}@h'].join(''))).toThrow(
      '--queue: the environment variable PW is not set',
    );
  });

  it.each(['localhost:6379', 'http://user:secret@h', 'redis://', 'user:secret'])('refuses %s', (text) => {
    expect(() => parse(text)).toThrow(/^--queue: expected redis:\/\/HOST:PORT, or rediss:\/\/ for TLS,/);
    expect(() => parse(text)).not.toThrow(/secret/);
  });
});
