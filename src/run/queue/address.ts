import { ConfigError } from '../../base/errors.js';

/** Where Redis is. Its user and password are kept from everything that prints or stores: only `label` is for people. */
export class QueueAddress {
  readonly #url: string;
  readonly #secrets: readonly string[];
  /** `rediss://host:6379/2`, without user and password. */
  readonly label: string;

  private constructor(url: URL) {
    const { protocol, hostname, port, pathname, username, password } = url;
    this.#url = url.href;
    const database = pathname === '/' ? '' : pathname;
    this.label = `${protocol}//${hostname}:${port || '6379'}${database}`;
    const written = [url.href, `${username}:${password}`, password, username];
    const secrets = written.flatMap((text) => [text, decoded(text)]).filter((text) => text.length > 1);
    this.#secrets = [...new Set(secrets)];
  }

  /**
   * @param text a `redis://` or `rediss://` URL; `${NAME}` stands for an environment variable, so that a password need
   *   not be on the command line
   * @throws ConfigError in one line that does not repeat the URL
   */
  static parse(text: string, environment: Readonly<Record<string, string | undefined>>): QueueAddress {
    const expanded = text.replace(/\$\{([^}]*)\}/g, (_, name: string) => {
      const value = environment[name];
      if (value === undefined || value === '') {
        throw new ConfigError(`--queue: the environment variable ${name} is not set`);
      }
      return value;
    });
    const url = URL.canParse(expanded) ? new URL(expanded) : undefined;
    if (url === undefined || !['redis:', 'rediss:'].includes(url.protocol) || url.hostname === '') {
      throw new ConfigError(
        '--queue: expected redis://HOST:PORT, or rediss:// for TLS, with USER:PASSWORD@ if needed',
      );
    }
    return new QueueAddress(url);
  }

  /** The whole URL, for the client alone. */
  secretUrl(): string {
    return this.#url;
  }

  /** A text of Redis or its client, without what the URL keeps secret. */
  redact(text: string): string {
    return this.#secrets.reduce((rest, secret) => rest.replaceAll(secret, '***'), text);
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
