import { Redis } from 'ioredis';

/*
 * The Redis that .ci/run starts. Each test file has a database of its own: runs on equal data have equal names.
 */

const server = process.env.BENCH_TEST_REDIS;

/** @returns undefined when there is no Redis to test with: such tests are skipped */
export function queueUrl(database: number): string | undefined {
  return server === undefined || server === '' ? undefined : `${server}/${database}`;
}

export async function withRedis<T>(url: string, use: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(url);
  try {
    return await use(client);
  } finally {
    client.disconnect();
  }
}

export const keysIn = (url: string) => withRedis(url, (client) => client.keys('*'));

/** What an earlier test that failed may have left there. */
export async function emptied(url: string | undefined): Promise<void> {
  if (url !== undefined) await withRedis(url, (client) => client.flushdb());
}

/** Waits until a coordinator has its run. */
export async function lockedIn(url: string): Promise<void> {
  while (!(await keysIn(url)).some((key) => key.endsWith('-coordinator'))) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Waits until another coordinator has the run. */
export async function lockChanges(url: string): Promise<void> {
  await withRedis(url, async (client) => {
    const holder = async () => {
      const [key] = (await client.keys('*')).filter((name) => name.endsWith('-coordinator'));
      return key === undefined ? null : client.get(key);
    };
    for (const first = await holder(); ; ) {
      const now = await holder();
      if (now !== null && now !== first) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });
}
