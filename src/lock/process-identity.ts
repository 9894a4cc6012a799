import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { codeOf } from '../base/errors.js';

/** Tells a process from every other: names and numbers alone are the same in many a container. */
export interface ProcessIdentity {
  readonly host: string;
  /**
   * The one list of processes that the number belongs to: this start of this machine, and the namespace. Empty where
   * the system does not tell; left out by older versions of the program.
   */
  readonly machine?: string | undefined;
  readonly pid: number;
  /** When the process started, as the system counts it: a later process may have the same number. */
  readonly started: string;
}

/** `unknown`: the process belongs to another machine or container, which cannot be asked from here. */
export type ProcessState = 'runs' | 'gone' | 'unknown';

const IS_LINUX = process.platform === 'linux';

async function machineOf(): Promise<string> {
  if (!IS_LINUX) return process.platform;
  try {
    const [start, namespace] = await Promise.all([
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
      readlink('/proc/self/ns/pid'),
    ]);
    return `${start.trim()} ${namespace}`;
  } catch {
    return '';
  }
}

/** Linux tells when a process started, and whether only its entry is left. */
async function entryOf(pid: number | 'self'): Promise<{ started: string; ended: boolean } | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  if (text === '') return undefined;
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  // Where no parent waits for its children, as in many a container, a killed process stays in the list as a zombie.
  return { started: fields[19] ?? '', ended: fields[0] === 'Z' || fields[0] === 'X' };
}

/** In a container that was given another's /proc, its numbers mean other processes than ours do. */
async function procIsOurs(): Promise<boolean> {
  return (await readlink('/proc/self').catch(() => '')) === String(process.pid);
}

function hasNumber(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

export async function ownIdentity(): Promise<ProcessIdentity> {
  const started = (await entryOf('self'))?.started ?? '';
  return { host: hostname(), machine: await machineOf(), pid: process.pid, started };
}

/** Whether a process that left its identity somewhere still runs, as far as that can be said from here. */
export async function stateOf({ host, machine, pid, started }: ProcessIdentity): Promise<ProcessState> {
  const here = await machineOf();
  if (host !== hostname() || (machine ?? here) !== here || here === '') return 'unknown';
  // Our own number, and not our own lock: a process before us, or, for all that is written there, another container's.
  if (pid === process.pid && (machine === undefined || started === (await ownIdentity()).started))
    return 'unknown';
  if (!Number.isSafeInteger(pid) || pid <= 0 || !hasNumber(pid)) return 'gone';
  if (!IS_LINUX) return 'runs';
  if (!(await procIsOurs())) return 'unknown';
  const entry = await entryOf(pid);
  // Another user's entry may be hidden.
  if (entry === undefined) return hasNumber(pid) ? 'unknown' : 'gone';
  return !entry.ended && entry.started === started ? 'runs' : 'gone';
}
