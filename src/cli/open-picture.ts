import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { BenchError } from '../base/errors.js';

/** The command that opens a file in the program that shows it. */
export interface Opener {
  readonly command: string;
  readonly args: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

const OPENERS: Readonly<Record<string, Opener>> = {
  darwin: { command: 'open', args: [] },
  // `start` is a word of the shell; its first argument is a window's title.
  win32: { command: 'cmd.exe', args: ['/c', 'start', ''] },
};
const ELSEWHERE: Opener = { command: 'xdg-open', args: [] };

function isOnPath(command: string, { PATH = '' }: Environment): boolean {
  return PATH.split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return folder !== '';
    } catch {
      return false;
    }
  });
}

/** @throws BenchError where the system has no such command */
export function openerHere(platform: string, environment: Environment): Opener {
  const opener = OPENERS[platform] ?? ELSEWHERE;
  if (platform === 'win32' || isOnPath(opener.command, environment)) return opener;
  throw new BenchError(
    `--open: there is no ${opener.command} here to open a picture with; leave it out, the path is printed`,
  );
}

/** Opens a file and does not wait for its window. @throws BenchError when the command cannot be started */
export async function openFile({ command, args }: Opener, path: string): Promise<void> {
  const child = spawn(command, [...args, path], { stdio: 'ignore', detached: true });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) => reject(new BenchError(`--open: ${command}: ${error.message}`)));
  });
  child.unref();
}
