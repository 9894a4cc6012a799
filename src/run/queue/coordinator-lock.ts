import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { BenchError } from '../../base/errors.js';
import { plainText } from '../../base/quote.js';
import { holderIn } from '../../lock/holder.js';
import { ownIdentity, stateOf } from '../../lock/process-identity.js';
import { PREFIX } from './registry.js';

/** Milliseconds after which a coordinator that gives no sign of life has lost its run. */
const LEASE = 15_000;
const RENEWAL = 5_000;

/** Sets or renews the lock when it is free or ours; otherwise tells who has it. */
const TAKE = `
local current = redis.call('GET', KEYS[1])
if current and current ~= ARGV[1] and current ~= ARGV[3] then return current end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return ARGV[1]`;

const RELEASE = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`;

async function acquire(client: Redis, key: string, own: string, note: (line: string) => void) {
  let abandoned = '';
  for (const start = Date.now(); ; ) {
    const current = (await client.eval(TAKE, 1, key, own, LEASE, abandoned)) as string;
    if (current === own) return;
    const holder = holderIn(current);
    const state = holder === undefined ? 'unknown' : await stateOf(holder);
    if (state === 'gone') {
      abandoned = current;
      continue;
    }
    const who =
      holder === undefined ? 'another process' : `process ${holder.pid} on ${plainText(holder.host)}`;
    if (state === 'runs' || Date.now() - start > LEASE + RENEWAL) {
      throw new BenchError(`${who} already coordinates this run; wait for it or stop it`);
    }
    if (Date.now() - start < RENEWAL / 10) note(`waiting to see whether ${who} still coordinates this run`);
    await pause(RENEWAL / 5);
  }
}

export interface CoordinatorLock {
  /** Asks Redis and renews. @throws BenchError when another coordinates the run by now: we slept, or were cut off */
  check(): Promise<void>;
}

/**
 * Does the work while no other process coordinates the run.
 * @throws BenchError when another does
 */
export async function withCoordinatorLock<T>(
  client: Redis,
  run: string,
  note: (line: string) => void,
  work: (lock: CoordinatorLock) => Promise<T>,
): Promise<T> {
  const key = `${PREFIX}:run-${run}-coordinator`;
  const own = JSON.stringify({ ...(await ownIdentity()), token: randomUUID() });
  await acquire(client, key, own, note);
  const check = async () => {
    const current = await client.eval(TAKE, 1, key, own, LEASE, '');
    if (current !== own) throw new BenchError('another process coordinates this run now; it goes on there');
  };
  const timer = setInterval(() => {
    check().catch(() => {});
  }, RENEWAL);
  try {
    return await work({ check });
  } finally {
    clearInterval(timer);
    if (client.status === 'ready') await client.eval(RELEASE, 1, key, own).catch(() => {});
  }
}
