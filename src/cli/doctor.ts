import { fileURLToPath } from 'node:url';
import type { CommandModule } from 'yargs';
import { wrapped } from '../report/wrapped.js';
import { examine, type Finding } from '../run/doctor.js';
import { terminal } from './terminal.js';

const PACKAGE = fileURLToPath(new URL('../..', import.meta.url));

const MARKS = { ok: '✓', note: '–', fault: '✗' } as const;
const COLOURS = { ok: 'green', note: 'yellow', fault: 'red' } as const;

const INDENT = 20;

/** A finding in the terminal's width: mark, subject, detail, and below it what to do. */
export function findingLines({ subject, health, detail, remedy }: Finding, width: number): readonly string[] {
  const head = wrapped(subject, width - 2).map((line, i) => `${i === 0 ? MARKS[health] : ' '} ${line}`);
  const text = [
    ...wrapped(detail, width - INDENT),
    ...(remedy === undefined ? [] : wrapped(`→ ${remedy}`, width - INDENT)),
  ].map((line) => `${' '.repeat(INDENT)}${line}`);
  const [first, ...more] = text;
  if (head.length > 1 || head[0]!.length >= INDENT) return [...head, ...text];
  return [head[0]!.padEnd(INDENT) + first!.trimStart(), ...more];
}

export const doctorCommand: CommandModule = {
  command: 'doctor',
  describe: 'check this machine, and say what to do',
  handler: async () => {
    const { width, paint } = terminal(process.stdout);
    const findings = await examine(PACKAGE, process.env);
    for (const finding of findings) {
      const [first, ...rest] = findingLines(finding, width);
      console.log(paint(COLOURS[finding.health], first!.slice(0, 1)) + first!.slice(1));
      for (const line of rest) console.log(line);
    }
    if (findings.some(({ health }) => health === 'fault')) process.exitCode = 1;
  },
};
