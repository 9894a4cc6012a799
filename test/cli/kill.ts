import { type SpawnOptions, spawn } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PACKAGE } from './world.js';

/*
 * Runs of `bench` that are killed, stopped or starved, and what is compared afterwards.
 */

const MAIN = join(PACKAGE, 'dist', 'cli', 'main.js');

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

export interface Running {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  kill(signal: NodeJS.Signals): void;
  /** Nobody reads what it prints any more. */
  closeOutput(): void;
}

export interface StartOptions {
  /** KiB that a file may grow to. */
  readonly limit?: number;
  /** The user whose process it is. */
  readonly uid?: number | undefined;
  /** The command line that runs a program in a container, from test/lock/namespaces.ts. */
  readonly within?: ((program: string, args: readonly string[]) => [string, string[]]) | undefined;
}

const plainly = (program: string, args: readonly string[]): [string, string[]] => [program, [...args]];

/** Starts `bench` and returns at once. */
export function start(
  cwd: string,
  args: readonly string[],
  { limit, uid, within }: StartOptions = {},
): Running {
  const env = { ...process.env, BENCH_DEBUG: '' };
  const options: SpawnOptions = { cwd, env, uid, stdio: ['ignore', 'ignore', 'pipe'] };
  const child =
    limit === undefined
      ? spawn(...(within ?? plainly)(process.execPath, [MAIN, ...args]), options)
      : spawn('bash', ['-c', `ulimit -f ${limit}; exec "$0" "$@"`, process.execPath, MAIN, ...args], options);
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal, stderr }));
  });
  return {
    pid: child.pid!,
    ended,
    kill: (signal) => child.kill(signal),
    closeOutput: () => child.stderr?.destroy(),
  };
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

function journalBytes(folder: string): Promise<number> {
  return stat(join(folder, 'journal.jsonl')).then(
    (found) => found.size,
    () => 0,
  );
}

/** Waits until the journal has at least so many bytes, for half a minute at most. */
export async function journalReaches(folder: string, bytes: number): Promise<void> {
  for (const began = Date.now(); Date.now() - began < 30_000; ) {
    if ((await journalBytes(folder)) >= bytes) return;
    await pause(2);
  }
}

/** Complete batches in the journal of a folder. */
export async function batchesIn(folder: string): Promise<number> {
  const text = await readFile(join(folder, 'journal.jsonl'), 'utf8').catch(() => '');
  return Math.max(0, text.split('\n').length - 2);
}

/** When to kill: once the journal has grown to so many bytes, and then after so long. */
export interface Moment {
  readonly bytes: number;
  readonly delay: number;
}

export interface Killed {
  readonly kills: number;
  /** Kills of a process that had written batches. */
  readonly atWork: number;
  readonly last: Ended;
}

/**
 * Runs and kills with SIGKILL at one moment after the other, until a run ends by itself.
 * @param moment is told how many bytes the journal has when a process starts
 */
export async function runKilled(
  cwd: string,
  args: readonly string[],
  out: string,
  moment: (before: number) => Moment,
  most: number,
): Promise<Killed> {
  for (let kills = 0, atWork = 0; ; kills++) {
    const before = await journalBytes(out);
    const running = start(cwd, args);
    if (kills >= most) return { kills, atWork, last: await running.ended };
    const { bytes, delay } = moment(before);
    await Promise.race([running.ended, journalReaches(out, bytes).then(() => pause(delay))]);
    running.kill('SIGKILL');
    const ended = await running.ended;
    if (ended.signal !== 'SIGKILL') return { kills, atWork, last: ended };
    if ((await journalBytes(out)) > before) atWork++;
  }
}

export const RESULTS = ['table.csv', 'images.csv', 'pairs.csv', 'run.json'] as const;

/** The results as texts; run.json without the batch size, which is the only thing that may differ there. */
export async function resultsIn(folder: string): Promise<readonly string[]> {
  const texts = await Promise.all(RESULTS.map((name) => readFile(join(folder, name), 'utf8')));
  return texts.map((text) => text.replace(/^ {4}"batch": \d+,\n/m, ''));
}
