import { copyFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/cli/arguments.js';
import { checkedCommandLine } from '../../src/cli/command-line.js';
import { commands } from '../../src/cli/commands.js';
import { EXAMPLES } from '../../src/cli/examples.js';
import { temporaryFolder } from '../images/temporary-folder.js';
import { bench } from './world.js';

const names = commands.map(({ command }) => String(command).split(' ')[0]!);
const checked = (line: string) => checkedCommandLine(line === '' ? [] : line.split(' '), commands);

function refusal(line: string): string {
  try {
    checked(line);
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return (error as UsageError).message;
  }
  throw new Error(`${line} is accepted`);
}

describe('a mistyped command line is said by the nearest thing', () => {
  it.each([
    ['explain x.png --methd cam --model m.onnx', 'Unknown argument: methd (did you mean --method?)'],
    ['explain --methd cam', 'Unknown argument: methd (did you mean --method?)'],
    ['run c.yaml --limmit=3', 'Unknown argument: limmit (did you mean --limit?)'],
    ['run --ovrelays 3', 'Unknown argument: ovrelays (did you mean --overlays?)'],
    ['run c.yaml --allow_failures', 'Unknown argument: allow_failures (did you mean --allow-failures?)'],
    ['worker --queu redis://x', 'Unknown argument: queu (did you mean --queue?)'],
    ['check a --basline b', 'Unknown argument: basline (did you mean --baseline?)'],
    ['alpha c --imges x', 'Unknown argument: imges (did you mean --images?)'],
    ['merge a --ot b', 'Unknown argument: ot (did you mean --out?)'],
    ['layers m.onnx --sze 3', 'Unknown argument: sze (did you mean --size?)'],
    ['fetch --lst', 'Unknown argument: lst (did you mean --list?)'],
    ['convert a b c --inputsize 3', 'Unknown argument: inputsize (did you mean --input-size?)'],
    ['compare a b --formta csv', 'Unknown argument: formta (did you mean --format?)'],
    ['run c.yaml --hlep', 'Unknown argument: hlep (did you mean --help?)'],
    [
      'explain -method cam x.png',
      'Unknown argument: -method (did you mean --method? a file of that name stands behind --, as in -- -method)',
    ],
    [
      'compare a b --format tabel',
      '--format: expected table, csv, markdown, junit, got tabel (did you mean table?)',
    ],
    ['layers m.onnx --qwertyuiop 3', 'Unknown argument: qwertyuiop (bench layers has --'],
    ['rnu c.yaml', 'there is no command `rnu` (did you mean run?): the commands are run, worker, '],
    ['frobnicate', 'there is no command `frobnicate`: the commands are run, worker, '],
    ['', 'a command is missing (the commands are run, worker, '],
    ['run a.yaml b.yaml', 'Unknown argument: b.yaml (bench run takes CONFIG and no more)'],
    ['list x', 'Unknown argument: x (bench list takes no arguments)'],
    ['run c.yaml --out', '--out needs a value: '],
    ['run c.yaml --out --fresh', '--out needs a value: '],
    ['run c.yaml --out=', '--out needs a value: '],
    ['run c.yaml --out a --out b', '--out is given twice; it takes one value'],
    ['convert a b c --input-size 3', '--input-size needs 2 values: '],
  ])('%s', (line, message) => {
    expect(refusal(line).startsWith(message)).toBe(true);
  });

  it.each(names)('bench %s has two examples, and says which argument is missing', (name) => {
    for (const [line] of EXAMPLES[name]!) {
      const [, words = ''] = /\bbench ([^|>]*)/.exec(line) ?? [];
      expect(() => checkedCommandLine(words.trim().split(' '), commands)).not.toThrow();
    }
    const required = [...String(commands[names.indexOf(name)]!.command).matchAll(/<(\w+)/g)].map(
      ([, word]) => word!,
    );
    for (const [count, word] of required.entries()) {
      const message = refusal([name, ...required.slice(0, count)].join(' '));
      expect(message).toMatch(
        new RegExp(`^bench ${name} .*: ${word.toUpperCase()} is missing; for example: bench ${name} `),
      );
    }
  });

  it('is that of the option before that of what is missing, for every command', () => {
    for (const name of names) expect(refusal(`${name} --hepl`)).toMatch(/^Unknown argument: hepl/);
  });
});

describe('a good command line', () => {
  it.each([
    ['explain -- -a.png --b.png', ['explain', './-a.png', './--b.png']],
    ['explain x.png --mean -1,2,3', ['explain', 'x.png', '--mean=-1,2,3']],
    ['explain --class a --class=b x.png', ['explain', 'x.png', '--class=a', '--class=b']],
    ['run c.yaml --no-fresh --allowFailures', ['run', 'c.yaml', '--fresh=false', '--allow-failures=true']],
    ['run --fresh false c.yaml', ['run', 'c.yaml', '--fresh=false']],
    ['--limit 3 run c.yaml', ['run', 'c.yaml', '--limit=3']],
    ['run c.yaml --set a.b=c=d', ['run', 'c.yaml', '--set=a.b=c=d']],
    ['convert a b c --input-size 3 4', ['convert', 'a', 'b', 'c', '--input-size', '3', '4']],
    ['help', ['--help']],
    ['help run', ['run', '--help']],
    ['run --help --nonsense', ['run', '--help', '--nonsense']],
  ])('%s', (line, expected) => {
    const method = line.startsWith('explain') ? ' --method cam' : '';
    const [head, ...rest] = line.split(' -- ');
    const words = [
      ...`${head}${method}`.split(' '),
      ...(rest.length > 0 ? ['--', ...rest[0]!.split(' ')] : []),
    ];
    expect(checkedCommandLine(words, commands).filter((word) => word !== '--method=cam')).toEqual(expected);
  });

  it('explains a file whose name begins with a dash', async () => {
    const folder = await temporaryFolder();
    const cases = fileURLToPath(new URL('../cases/file-names/', import.meta.url));
    await copyFile(join(cases, 'x.png'), join(folder, '-dash.png'));
    const flags = ['--model', join(cases, 'pixels.onnx'), '--size', '32', '--method', 'input-x-gradient'];
    const { status, stdout } = await bench(folder, ['explain', ...flags, '--out', 'out', '--', '-dash.png']);
    expect(status).toBe(0);
    expect(stdout).toContain('-dash.png: input-x-gradient at input');
    expect(await readdir(join(folder, 'out'))).toContain('%2Ddash.png');
  });
});
