import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { BenchError, messageOf } from '../../errors.js';
import { writeFailure } from './file.js';

/** The holder touches its lock this often. */
const HEARTBEAT = 10_000;
/** On another machine nobody can ask whether the holder lives: a lock left alone this long is nobody's. */
const ABANDONED = 12 * HEARTBEAT;

interface Holder {
  readonly host: string;
  readonly pid: number;
  /** When the process started, as the system counts it: a later process may have the same number. */
  readonly started: string;
  readonly token: string;
}

/** Linux tells when a process started, and whether only its entry is left; elsewhere its number alone must do. */
async function statusOf(pid: number): Promise<{ readonly started: string; readonly ended: boolean }> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  // Where nobody waits for its children, as in many a container, a killed process stays in the list as a zombie.
  return { started: fields[19] ?? '', ended: fields[0] === 'Z' || fields[0] === 'X' };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Whether no process of this machine has the number, or only its entry in the list is left. */
export async function processIsGone(pid: number): Promise<boolean> {
  return !isAlive(pid) || (await statusOf(pid)).ended;
}

async function isHeld(path: string, text: string): Promise<boolean> {
  let holder: Holder;
  try {
    holder = JSON.parse(text);
  } catch {
    return false;
  }
  if (holder.host !== hostname()) return Date.now() - (await stat(path)).mtimeMs < ABANDONED;
  // In a container started anew, the last run may have had our own number.
  if (holder.pid === process.pid || !isAlive(holder.pid)) return false;
  const { started, ended } = await statusOf(holder.pid);
  return !ended && holder.started === started;
}

async function take(path: string, mine: string): Promise<boolean> {
  const temporary = `${path}.${randomUUID()}`;
  try {
    await writeFile(temporary, mine);
    // Unlike writing, a link appears with its content or not at all, and never over another.
    await link(temporary, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

async function acquire(path: string, folder: string, mine: string): Promise<void> {
  for (;;) {
    if (await take(path, mine)) return;
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      // Only a lock that was just given back is worth another try.
      if (error.code === 'ENOENT') return undefined;
      throw new BenchError(`${path}: cannot be read (${messageOf(error)}); choose another --out`);
    });
    if (text === undefined) continue;
    if (await isHeld(path, text)) {
      const { pid, host } = JSON.parse(text) as Holder;
      throw new BenchError(
        `${folder}: process ${pid} on ${host} writes there; wait for it, stop it, or choose another --out`,
      );
    }
    const aside = `${path}.${randomUUID()}`;
    await rename(path, aside).catch(() => {});
    // Another may have taken the lock over since we looked: then it gets it back.
    const moved = await readFile(aside, 'utf8').catch(() => undefined);
    if (moved !== undefined && moved !== text) await link(aside, path).catch(() => {});
    await rm(aside, { force: true });
  }
}

/**
 * Does the work while no other process writes into the folder.
 * @throws BenchError when one does; a lock whose holder is gone is taken over
 */
export async function withFolderLock<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const path = join(folder, '.lock');
  const { pid } = process;
  const { started } = await statusOf(pid);
  const holder: Holder = { host: hostname(), pid, started, token: randomUUID() };
  const mine = JSON.stringify(holder);
  try {
    await acquire(path, folder, mine);
  } catch (error) {
    if (error instanceof BenchError) throw error;
    throw writeFailure(folder, error);
  }
  const heartbeat = setInterval(() => {
    utimes(path, new Date(), new Date()).catch(() => {});
  }, HEARTBEAT).unref();
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    const now = await readFile(path, 'utf8').catch(() => undefined);
    if (now === mine) await rm(path, { force: true }).catch(() => {});
  }
}
