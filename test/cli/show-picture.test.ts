import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openerHere, openFile } from '../../src/cli/open-picture.js';
import { pictureProtocol, shownPicture } from '../../src/cli/show-picture.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'show-'));
});
afterAll(() => rm(folder, { recursive: true }));

const ESC = '\u001b';

describe('a picture in the terminal', () => {
  it.each([
    [{ KITTY_WINDOW_ID: '1', TERM: 'xterm-256color' }, 'kitty'],
    [{ TERM: 'xterm-kitty' }, 'kitty'],
    [{ TERM_PROGRAM: 'ghostty' }, 'kitty'],
    [{ TERM_PROGRAM: 'iTerm.app' }, 'iterm2'],
    [{ LC_TERMINAL: 'iTerm2' }, 'iterm2'],
    [{ TERM_PROGRAM: 'WezTerm' }, 'iterm2'],
  ])('%j is %s', (environment, name) => {
    expect(pictureProtocol(environment, true).name).toBe(name);
  });

  it.each([
    [{ TERM: 'xterm-256color' }, true, /this terminal \(xterm-256color\) is none of kitty/],
    [{}, true, /this terminal \(unknown\)/],
    [{ TERM: 'xterm-kitty', TMUX: '/tmp/tmux' }, true, /within tmux or screen/],
    [{ TERM: 'xterm-kitty' }, false, /goes to no terminal/],
  ])('%j has none', (environment, isTerminal, message) => {
    expect(() => pictureProtocol(environment, isTerminal)).toThrow(message);
  });

  it('is the file, byte for byte, in the pieces of the protocol', async () => {
    const bytes = Buffer.from(Array.from({ length: 10_000 }, (_, i) => (i * i) % 251));
    const path = join(folder, 'x.png');
    await writeFile(path, bytes);
    const kitty = await shownPicture(pictureProtocol({ TERM: 'xterm-kitty' }, true), path);
    const pieces = [...kitty.matchAll(new RegExp(`${ESC}_G([^;]*);([^${ESC}]*)${ESC}\\\\`, 'g'))];
    expect(pieces.map(([, keys]) => keys)).toEqual(['a=T,f=100,m=1', 'm=1', 'm=1', 'm=0']);
    expect(pieces.every(([, , piece]) => piece!.length <= 4096)).toBe(true);
    expect(Buffer.from(pieces.map(([, , piece]) => piece).join(''), 'base64')).toEqual(bytes);
    const iterm = await shownPicture(pictureProtocol({ LC_TERMINAL: 'iTerm2' }, true), path);
    const [before, after] = [`${ESC}]1337;File=inline=1;size=10000:`, '\u0007\n'];
    expect(iterm.startsWith(before)).toBe(true);
    expect(iterm.endsWith(after)).toBe(true);
    expect(Buffer.from(iterm.slice(before.length, -after.length), 'base64')).toEqual(bytes);
  });
});

describe.skipIf(process.platform === 'win32')('a picture in a window', () => {
  it('is opened by the command of the system, where there is one', async () => {
    const told = join(folder, 'told.txt');
    await writeFile(join(folder, 'xdg-open'), `#!/bin/sh\nprintf %s "$1" > ${told}\n`);
    await chmod(join(folder, 'xdg-open'), 0o755);
    const opener = openerHere('linux', { PATH: `/nowhere:${folder}` });
    expect(opener).toEqual({ command: 'xdg-open', args: [] });
    await openFile({ ...opener, command: join(folder, opener.command) }, '/some/picture.png');
    for (let i = 0; i < 100; i++) {
      if ((await readFile(told, 'utf8').catch(() => '')) === '/some/picture.png') return;
      await pause(50);
    }
    throw new Error('the opener was not started');
  });

  it('is refused where there is none', () => {
    expect(() => openerHere('linux', { PATH: '/nowhere' })).toThrow(/^--open: there is no xdg-open here/);
    expect(() => openerHere('darwin', { PATH: '' })).toThrow(/^--open: there is no open here/);
    expect(openerHere('win32', {})).toEqual({ command: 'cmd.exe', args: ['/c', 'start', ''] });
  });
});
