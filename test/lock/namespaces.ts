import { execFileSync } from 'node:child_process';

/*
 * Containers as the kernel makes them, as far as this machine lets us.
 */

function allows(args: readonly string[], command: readonly string[] = ['true']): boolean {
  try {
    execFileSync('unshare', [...args, ...command], { stdio: 'ignore', timeout: 10_000 });
    return true;
  } catch {
    return false;
  }
}

/** A name for the machine of its own: what runs there is on another machine, for all that the others can see. */
export const NAMES = process.platform === 'linux' && allows(['--uts']);
/** Process numbers of its own, and the machine's name as it is. */
export const NUMBERS = process.platform === 'linux' && allows(['--pid', '--fork', '--mount-proc']);
/** Whether disks can be mounted and unmounted. */
export const MOUNTS =
  process.platform === 'linux' && allows(['--mount'], ['mount', '-t', 'tmpfs', 'none', '/mnt']);

/** The command line that runs a program on a machine of another name. */
export const elsewhere = (program: string, args: readonly string[]): [string, string[]] => [
  'unshare',
  ['--uts', 'sh', '-c', 'hostname elsewhere; exec "$0" "$@"', program, ...args],
];

/** The command line that runs a program as number 1 of a container with this machine's name. */
export const contained = (program: string, args: readonly string[]): [string, string[]] => [
  'unshare',
  ['--pid', '--fork', '--kill-child', '--mount-proc', program, ...args],
];
