import { readFile } from 'node:fs/promises';
import { BenchError } from '../base/errors.js';

/** How a terminal takes a PNG file: as bytes of its own protocol. */
export interface PictureProtocol {
  readonly name: 'kitty' | 'iterm2';
  readonly encode: (png: Buffer) => string;
}

const ESC = '\u001b';
/** The most that a terminal takes in one piece, by kitty's protocol. */
const PIECE = 4096;

/** https://sw.kovidgoyal.net/kitty/graphics-protocol: PNG (f=100), transmitted and shown (a=T), in pieces. */
function kitty(png: Buffer): string {
  const text = png.toString('base64');
  const count = Math.max(1, Math.ceil(text.length / PIECE));
  return Array.from({ length: count }, (_, i) => {
    const first = i === 0 ? 'a=T,f=100,' : '';
    const piece = text.slice(i * PIECE, (i + 1) * PIECE);
    return `${ESC}_G${first}m=${i < count - 1 ? 1 : 0};${piece}${ESC}\\`;
  }).join('');
}

/** https://iterm2.com/documentation-images.html: the whole file, shown where the cursor is. */
function iterm2(png: Buffer): string {
  return `${ESC}]1337;File=inline=1;size=${png.length}:${png.toString('base64')}\u0007`;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The protocol of the terminal that the environment tells of. Within tmux or screen there is none: they keep pictures back.
 * @param isTerminal whether what is printed goes to a terminal
 * @throws BenchError where no picture can be shown, with what to do instead
 */
export function pictureProtocol(environment: Environment, isTerminal: boolean): PictureProtocol {
  const instead = '--open shows it in a window';
  if (!isTerminal) throw new BenchError(`--show: what is printed goes to no terminal; ${instead}`);
  const { TERM = '', TERM_PROGRAM = '', LC_TERMINAL, KITTY_WINDOW_ID, TMUX, STY } = environment;
  if (TMUX || STY) throw new BenchError(`--show: within tmux or screen no picture can be shown; ${instead}`);
  if (KITTY_WINDOW_ID || TERM.includes('kitty') || TERM_PROGRAM === 'ghostty') {
    return { name: 'kitty', encode: kitty };
  }
  if (['iTerm.app', 'WezTerm'].includes(TERM_PROGRAM) || LC_TERMINAL === 'iTerm2') {
    return { name: 'iterm2', encode: iterm2 };
  }
  throw new BenchError(
    `--show: this terminal (${TERM_PROGRAM || TERM || 'unknown'}) is none of kitty, Ghostty, iTerm2 and WezTerm; ${instead}`,
  );
}

/** The picture as what the terminal draws it from. */
export async function shownPicture(protocol: PictureProtocol, path: string): Promise<string> {
  return `${protocol.encode(await readFile(path))}\n`;
}
