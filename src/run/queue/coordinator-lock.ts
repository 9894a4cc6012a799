import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Redis } from 'ioredis';
import { BenchError } from '../../errors.js';
import { processIsGone } from '../journal/lock.js';
import { PREFIX } from './registry.js';

/** Milliseconds after which a coordinator that gives no sign of life has lost its run. */
const LEASE = 15_000;
const RENEWAL = 5_000;

interface Holder {
  readonly host: string;
  readonly pid: number;
  readonly token: string;
}

/** Sets or renews the lock when it is free or ours; otherwise tells who has it. */
const TAKE = `
local held = redis.call('GET', KEYS[1])
if held and held ~= ARGV[1] and held ~= ARGV[3] then return held end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return ARGV[1]`;

const RELEASE = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`;

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function acquire(client: Redis, key: string, mine: string, note: (line: string) => void) {
  let abandoned = '';
  for (const began = Date.now(); ; ) {
    const held = (await client.eval(TAKE, 1, key, mine, LEASE, abandoned)) as string;
    if (held === mine) return;
    const { host, pid } = JSON.parse(held) as Holder;
    if (host === hostname() && (await processIsGone(pid))) {
      abandoned = held;
      continue;
    }
    if (host === hostname() || Date.now() - began > LEASE + RENEWAL) {
      throw new BenchError(`process ${pid} on ${host} already coordinates this run; wait for it or stop it`);
    }
    if (Date.now() - began < RENEWAL / 10) note(`waiting to see whether ${host} still coordinates this run`);
    await pause(RENEWAL / 5);
  }
}

/**
 * Does the work while no other process coordinates the run.
 *
 * @param work gets a signal that is aborted when the lock was lost after all
 * @throws BenchError when another does
 */
export async function withCoordinatorLock<T>(
  client: Redis,
  run: string,
  note: (line: string) => void,
  work: (lost: AbortSignal) => Promise<T>,
): Promise<T> {
  const key = `${PREFIX}:run-${run}-coordinator`;
  const holder: Holder = { host: hostname(), pid: process.pid, token: randomUUID() };
  const mine = JSON.stringify(holder);
  await acquire(client, key, mine, note);
  const lost = new AbortController();
  const timer = setInterval(() => {
    client.eval(TAKE, 1, key, mine, LEASE, '').then(
      (held) => {
        if (held !== mine) lost.abort();
      },
      () => {},
    );
  }, RENEWAL);
  try {
    return await work(lost.signal);
  } finally {
    clearInterval(timer);
    if (client.status === 'ready') await client.eval(RELEASE, 1, key, mine).catch(() => {});
  }
}
