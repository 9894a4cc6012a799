import { Redis } from 'ioredis';
import { BenchError, messageOf } from '../../base/errors.js';
import type { QueueAddress } from './address.js';

/** Milliseconds until Redis must have answered at the start; later there is no limit. */
const FIRST_ANSWER = 8000;
const LONGEST_PAUSE = 1000;

function advice(message: string): string {
  if (/NOAUTH|WRONGPASS|invalid password|NOPERM/i.test(message)) {
    return 'give USER:PASSWORD@ in the URL of --queue';
  }
  if (/certificate|self.signed|SSL|TLS|wrong version number/i.test(message)) {
    return 'check rediss:// and, for a certificate of your own, NODE_EXTRA_CA_CERTS';
  }
  return 'is Redis running there?';
}

/**
 * Connects once, within a bounded time; a connection that is lost afterwards comes back by itself, and whoever asks
 * something meanwhile waits.
 *
 * @param note told when the connection is lost, and when it is back
 * @throws BenchError when Redis cannot be reached or refuses us: one line without the URL's secrets
 */
export async function connectRedis(address: QueueAddress, note: (line: string) => void): Promise<Redis> {
  let connected = false;
  let reason = 'no answer';
  const client = new Redis(address.secretUrl(), {
    lazyConnect: true,
    connectTimeout: FIRST_ANSWER,
    // Commands wait for the connection, however long it takes.
    maxRetriesPerRequest: null,
    retryStrategy: (times) => (connected ? Math.min(50 * times, LONGEST_PAUSE) : null),
    reconnectOnError: (error) => (error.message.startsWith('READONLY') ? 2 : false),
  });
  client.on('error', (error: Error) => {
    reason = messageOf(error);
  });
  const timer = setTimeout(() => client.disconnect(), FIRST_ANSWER);
  try {
    await client.connect();
    await client.ping();
  } catch (error) {
    client.disconnect();
    const text = messageOf(error);
    const message = address.redact(text === '' || /^Connection is closed/.test(text) ? reason : text);
    // Not as its cause: the client's errors carry the password that they sent.
    throw new BenchError(`${address.label}: cannot be used as a queue (${message}); ${advice(message)}`);
  } finally {
    clearTimeout(timer);
  }
  connected = true;
  announce(client, address, note);
  return client;
}

function announce(client: Redis, { label }: QueueAddress, note: (line: string) => void): void {
  let isLost = false;
  client.on('close', () => {
    if (!isLost) note(`${label}: connection lost; waiting for it`);
    isLost = true;
  });
  client.on('ready', () => {
    if (isLost) note(`${label}: connected again`);
    isLost = false;
  });
}

/** Ends the connection without a word, whatever waits on it. */
export function disconnect(client: Redis): void {
  client.removeAllListeners('close');
  client.disconnect();
}
