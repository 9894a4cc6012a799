#!/usr/bin/env node
import '../engines/no-telemetry.js';
import { readFileSync } from 'node:fs';
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { BenchError, messageOf } from '../base/errors.js';
import { UsageError } from './arguments.js';
import { COMPLETION, checkedCommandLine } from './command-line.js';
import { commands } from './commands.js';
import { fitNote, terminal } from './terminal.js';

/** Of this package, wherever it is installed: not of the project that installed it. */
function packageVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return (manifest as { readonly version: string }).version;
}

async function parse(argv: readonly string[]): Promise<void> {
  await yargs(checkedCommandLine(argv, commands))
    .scriptName('bench')
    .usage('$0 <command>: a benchmark of visual explanations of image classifiers')
    .command([...commands])
    .completion(COMPLETION, 'print a script that completes commands in the shell')
    .version(packageVersion())
    .demandCommand(1, 'a command is missing')
    .strict()
    .parserConfiguration({ 'dot-notation': false })
    .wrap(Math.min(100, terminal(process.stdout).width))
    .fail((message, error) => {
      // What an option's `coerce` throws arrives wrapped in an error of yargs.
      throw error && error.name !== 'YError' ? error : new UsageError(message ?? error.message);
    })
    .parseAsync();
}

/** Prints what went wrong as one line, and returns the exit status: 2 for usage, 1 for everything else. */
function report(error: unknown): number {
  // What was being done stands in the line where the message goes.
  if (process.stderr.isTTY) process.stderr.write('\u001b[K');
  if (process.env.BENCH_DEBUG === '1') console.error(error);
  if (error instanceof UsageError) {
    console.error(fitNote(`bench: ${messageOf(error)} (bench --help shows how)`, process.stderr));
    return 2;
  }
  console.error(fitNote(`bench: ${messageOf(error)}`, process.stderr));
  if (!(error instanceof BenchError)) {
    console.error('bench: this is a defect of the program; please report it (BENCH_DEBUG=1 shows where)');
  }
  return 1;
}

// `bench list | head` closes the pipe before we are done. That is no defect, and the exit status stays as it is. A
// full disk under `> table.txt` is the user's to know.
let told = false;
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE' || told) return;
  told = true;
  process.exitCode = 1;
  console.error(
    `bench: what is printed here cannot be written (${messageOf(error)}); files are not affected`,
  );
});
// Progress has no reader any more: a terminal was closed, a pipe ended, a disk is full. The run goes on.
process.stderr.on('error', () => {});

try {
  await parse(hideBin(process.argv));
} catch (error) {
  process.exitCode = report(error);
}
