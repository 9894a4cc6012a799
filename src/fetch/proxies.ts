import type { Environment } from './cache.js';

/**
 * The proxy for an address by the usual variables, lower case first: http_proxy and https_proxy (which falls back to
 * the other). Hosts that no_proxy lists have none: `*`, `host`, `.domain`, `*.domain`, each with or without `:port`.
 * A listed name covers the names below it.
 */
export function proxyFor(url: URL, environment: Environment): string | undefined {
  const variable = (name: string) => environment[name] || environment[name.toUpperCase()] || undefined;
  const plain = variable('http_proxy');
  const proxy = url.protocol === 'https:' ? (variable('https_proxy') ?? plain) : plain;
  if (proxy === undefined || isExempt(url, variable('no_proxy') ?? '')) return undefined;
  return /^[a-z]+:\/\//i.test(proxy) ? proxy : `http://${proxy}`;
}

function isExempt(url: URL, list: string): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      if (entry === '*') return true;
      const [, name = entry, only] = /^(\[.*\]|[^:]*):(\d+)$/.exec(entry) ?? [];
      const domain = name.replace(/^\[|\]$/g, '').replace(/^\*?\./, '');
      return (only === undefined || only === port) && (host === domain || host.endsWith(`.${domain}`));
    });
}
