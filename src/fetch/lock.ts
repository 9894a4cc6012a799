import { open, readFile, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

/** The holder touches its lock this often; one left alone four times as long belongs to nobody. */
const HEARTBEAT = 5_000;
const POLL = 250;

/**
 * Runs the work while no other process does the same: one lock file, made exclusively, given up when its holder is
 * gone (a process of this machine that no longer runs, or a lock that nobody touches).
 * @param onWait called once when another process holds it
 */
export async function withLock<T>(path: string, onWait: () => void, work: () => Promise<T>): Promise<T> {
  for (let told = false; !(await acquire(path)); ) {
    if (await isAbandoned(path)) {
      await rm(path, { force: true });
      continue;
    }
    if (!told) onWait();
    told = true;
    await sleep(POLL);
  }
  const heartbeat = setInterval(() => {
    utimes(path, new Date(), new Date()).catch(() => {});
  }, HEARTBEAT);
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    await rm(path, { force: true });
  }
}

async function acquire(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx');
    await file.writeFile(JSON.stringify({ host: hostname(), pid: process.pid }));
    await file.close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function isAbandoned(path: string): Promise<boolean> {
  try {
    const [{ mtimeMs }, text] = await Promise.all([stat(path), readFile(path, 'utf8')]);
    if (Date.now() - mtimeMs > 4 * HEARTBEAT) return true;
    if (text === '') return false;
    const { host, pid } = JSON.parse(text) as { host?: string; pid?: number };
    return host === hostname() && typeof pid === 'number' && !isAlive(pid);
  } catch {
    // Gone while we looked, or half written: look again.
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
