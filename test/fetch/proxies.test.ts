import { describe, expect, it } from 'vitest';
import { proxyFor } from '../../src/fetch/proxies.js';

const via = (address: string, environment: Record<string, string>) => proxyFor(new URL(address), environment);

describe('proxyFor', () => {
  it.each<[string, Record<string, string>, string | undefined]>([
    ['https://a.org/x', {}, undefined],
    ['https://a.org/x', { HTTPS_PROXY: 'http://p:1' }, 'http://p:1'],
    ['https://a.org/x', { HTTPS_PROXY: 'http://p:1', https_proxy: 'http://q:2' }, 'http://q:2'],
    ['https://a.org/x', { http_proxy: 'p:3128' }, 'http://p:3128'],
    ['http://a.org/x', { https_proxy: 'http://p:1' }, undefined],
    ['https://a.org/x', { https_proxy: '' }, undefined],
  ])('%s with %j', (address, environment, expected) => {
    expect(via(address, environment)).toBe(expected);
  });

  it.each([
    ['*', true],
    ['a.org', true],
    ['A.ORG', true],
    ['.org', true],
    ['*.org', true],
    ['b.org, a.org', true],
    ['a.org:443', true],
    ['a.org:80', false],
    ['xa.org', false],
    ['www.a.org', false],
    ['', false],
  ])('no_proxy=%s exempts a.org: %s', (list, exempt) => {
    expect(via('https://a.org/x', { https_proxy: 'http://p:1', no_proxy: list }) === undefined).toBe(exempt);
  });

  it('knows IPv6 addresses', () => {
    expect(via('http://[::1]:8080/', { http_proxy: 'http://p:1', no_proxy: '::1' })).toBe(undefined);
    expect(via('http://[::1]:8080/', { http_proxy: 'http://p:1', no_proxy: '[::1]:8080' })).toBe(undefined);
  });
});
