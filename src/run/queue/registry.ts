import type { Redis } from 'ioredis';
import { z } from 'zod';
import { plainText } from '../../base/quote.js';
import { resolvedConfig } from '../../config/resolved.js';
import { fingerprint, type RunIdentity } from '../journal/header.js';

/** What all our keys in Redis begin with. */
export const PREFIX = 'bench';
const RUNS = `${PREFIX}:runs`;

/** What a coordinator tells workers of its run. The configuration is resolved; nothing in it is secret. */
export interface RunNotice {
  /** Name of the configuration. */
  readonly name: string;
  readonly identity: RunIdentity;
  /** Images of the data set that are left out, because α was searched on them. */
  readonly heldOut: readonly string[];
}

/** Names a run by what it is: a coordinator that died finds its queue again, and another run has another. */
export function runKey(identity: RunIdentity): string {
  return fingerprint(identity).slice(0, 16);
}

/** BullMQ's name of the queue that holds a run's batches. */
export const queueName = (key: string) => `run-${key}`;

export async function publishRun(client: Redis, key: string, notice: RunNotice): Promise<void> {
  await client.hset(RUNS, key, JSON.stringify(notice));
}

export async function withdrawRun(client: Redis, key: string): Promise<void> {
  await client.hdel(RUNS, key);
}

export async function isPublished(client: Redis, key: string): Promise<boolean> {
  return (await client.hexists(RUNS, key)) === 1;
}

const whole = z.int().min(1);
const noticeSchema = z.object({
  name: z.string(),
  identity: z.object({
    config: z.unknown(),
    program: z.record(z.string(), z.string()),
    data: z.looseObject({}),
    models: z.array(z.looseObject({})),
    shard: z.strictObject({ index: whole, count: whole }),
  }),
  heldOut: z.array(z.string()),
});

/** @returns undefined for what no coordinator of this version publishes */
function noticeIn(text: string): RunNotice | undefined {
  try {
    const { name, identity, heldOut } = noticeSchema.parse(JSON.parse(text));
    const config = resolvedConfig(identity.config);
    return { name: plainText(name), identity: { ...(identity as unknown as RunIdentity), config }, heldOut };
  } catch {
    return undefined;
  }
}

/** All runs that workers can help with, by their keys; undefined in the place of a notice that cannot be read. */
export async function publishedRuns(client: Redis): Promise<ReadonlyMap<string, RunNotice | undefined>> {
  const texts = await client.hgetall(RUNS);
  return new Map(Object.entries(texts).map(([key, text]) => [key, noticeIn(text)]));
}

/** What BullMQ writes about a queue besides its jobs; a worker that leaves late writes some of it anew. */
const REMAINS = ['meta', 'stalled-check', 'stalled', 'events', 'marker', 'limiter'];

/** Removes what is left of a run that is over. */
export async function sweep(client: Redis, key: string): Promise<void> {
  if (await isPublished(client, key)) return;
  await client.del(REMAINS.map((name) => `${PREFIX}:${queueName(key)}:${name}`));
}
