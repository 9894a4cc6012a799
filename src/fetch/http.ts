import { Agent, type Dispatcher, ProxyAgent, request } from 'undici';
import { Body } from './body.js';
import type { Environment } from './cache.js';
import { proxyFor } from './proxies.js';

/** A connection that says nothing for so long counts as cut. */
const SILENCE = 60_000;
const REDIRECTS = 8;

export interface Answer {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  readonly body: Body;
}

/** Why an address cannot give the file, however often it is asked: its status, a redirect that leads nowhere. */
export class SourceFault extends Error {}

/** Worth another try: a cut connection, a server that is busy or broken for now. */
export class TemporaryFault extends Error {}

/**
 * GETs over one set of connections, through the environment's proxies. Not the global fetch: it takes no proxy on
 * Node 20, and no dispatcher of another undici than its own.
 */
export class HttpClient {
  readonly #environment: Environment;
  /** Milliseconds that an answer may take, with all that it redirects to. */
  readonly #window: number;
  readonly #dispatchers = new Map<string | undefined, Dispatcher>();

  constructor(environment: Environment, window = SILENCE) {
    this.#environment = environment;
    this.#window = window;
  }

  /** GETs the bytes from `offset` on, following redirects. Throws what the connection throws, or SourceFault. */
  async get(address: string, offset: number): Promise<Answer> {
    // Of its own, as headers that come byte by byte, or from one server after the other, never are silent.
    const late = new AbortController();
    const timer = setTimeout(() => {
      late.abort(new Error(`no answer within ${this.#window / 1000} s`));
    }, this.#window);
    try {
      return await this.#follow(address, offset, late.signal);
    } finally {
      clearTimeout(timer);
    }
  }

  async #follow(address: string, offset: number, signal: AbortSignal): Promise<Answer> {
    let url = new URL(address);
    for (let hops = 0; hops <= REDIRECTS; hops++) {
      const { statusCode, headers, body } = await request(url.href, {
        dispatcher: this.#dispatcherFor(url),
        signal,
        headers: {
          'user-agent': 'explanation-bench',
          'accept-encoding': 'identity',
          ...(offset > 0 ? { range: `bytes=${offset}-` } : {}),
        },
      });
      const header = (name: string) => [headers[name]].flat()[0];
      const location = header('location');
      if (![301, 302, 303, 307, 308].includes(statusCode) || location === undefined) {
        return { status: statusCode, header, body: new Body(body) };
      }
      // It is not read, however long it is.
      body.on('error', () => {}).destroy();
      if (!URL.canParse(location, url.href)) throw new SourceFault(`redirects to "${location}"`);
      const next = new URL(location, url.href);
      if (!/^https?:$/.test(next.protocol)) throw new SourceFault(`redirects to ${next.protocol}`);
      if (url.protocol === 'https:' && next.protocol === 'http:')
        throw new SourceFault('redirects from https to http');
      url = next;
    }
    throw new SourceFault(`redirects more than ${REDIRECTS} times`);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#dispatchers.values()].map((dispatcher) => dispatcher.destroy()));
  }

  #dispatcherFor(url: URL): Dispatcher {
    const proxy = proxyFor(url, this.#environment);
    const existing = this.#dispatchers.get(proxy);
    if (existing !== undefined) return existing;
    const timeouts = { headersTimeout: SILENCE, bodyTimeout: SILENCE, connect: { timeout: SILENCE / 2 } };
    const dispatcher =
      proxy === undefined ? new Agent(timeouts) : new ProxyAgent({ ...timeouts, uri: proxy });
    this.#dispatchers.set(proxy, dispatcher);
    return dispatcher;
  }
}
