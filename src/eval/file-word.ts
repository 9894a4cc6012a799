import { createHash } from 'node:crypto';

/*
 * Names (of images, classes, networks) as parts of files' names. Two names of one list never make one file, on any
 * file system. Some take upper and lower case for the same, and some take é for e and an accent.
 */

/** Bytes of a word: four of them, joined, stay below the 255 that a file's name may have. */
const LONGEST = 60;

const DIGITS = 16;

/** Letters and digits of all scripts, and signs that neither a shell nor a file system reads anything into. */
const KEPT = /^[\p{L}\p{M}\p{N}_+.-]$/u;

/** Letters and marks that are not shown, and that some file systems pass over. */
const UNSEEN = /^\p{Default_Ignorable_Code_Point}$/u;

/** Names of devices on Windows, with or without an extension. */
const DEVICE = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])(\.|$)/i;

const bytes = (text: string) => Buffer.byteLength(text);

/** Percent signs and hexadecimal UTF-8, as in addresses; half a surrogate pair, which has no UTF-8, as `%uD800`. */
function escaped(sign: string): string {
  if (/^\p{Surrogate}$/u.test(sign)) return `%u${sign.charCodeAt(0).toString(16).toUpperCase()}`;
  return [...Buffer.from(sign)]
    .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
    .join('');
}

/** What stands at an end would hide a file, look like an option, or be cut off by Windows. */
function pieces(text: string, dots: boolean): string[] {
  const signs = [...text];
  const device = DEVICE.test(text);
  return signs.map((sign, i) => {
    const first = i === 0 && (device || sign === '.' || sign === '-');
    const last = i === signs.length - 1 && sign === '.';
    const kept = KEPT.test(sign) && !UNSEEN.test(sign) && (dots || sign !== '.');
    return first || last || !kept ? escaped(sign) : sign;
  });
}

/**
 * A name as a part of a file's name, 1 to 60 bytes of UTF-8. Letters, digits and `_+.-` stay as they are. Other signs
 * become `%` and hexadecimal digits, which `decodeURIComponent` reads. So two names never have one word. A longer one
 * is cut, and ends in `~` and 16 digits of its SHA-256.
 * @param dots whether dots within stay: not where a dot joins the words of a file's name
 */
export function fileWord(text: string, dots = true): string {
  const all = pieces(text, dots);
  if (all.length === 0) return '%';
  const whole = all.join('');
  if (bytes(whole) <= LONGEST) return whole;
  const kept: string[] = [];
  let length = DIGITS + 1;
  for (const piece of all) {
    length += bytes(piece);
    if (length > LONGEST) break;
    kept.push(piece);
  }
  // By its UTF-16 units: as UTF-8, all halves of surrogate pairs would be one.
  const digits = createHash('sha256').update(text, 'utf16le').digest('hex').slice(0, DIGITS);
  return `${kept.join('')}~${digits}`;
}

/** What a file system that is not exact may take for the same. */
function folded(word: string): string {
  return word.normalize('NFKD').toUpperCase().toLowerCase().normalize('NFKD');
}

/**
 * The word of each name of a list. Those that are the same, or that some file system would take for the same, get `~` and
 * their number in the list, counted from 1. No other word has a `~` with fewer digits than 16.
 * @param dots as for `fileWord`
 * @returns as many words as names, no two of which fold to the same
 */
export function distinctWords(names: readonly string[], dots = true): string[] {
  const words = names.map((name) => fileWord(name, dots));
  const counts = new Map<string, number>();
  for (const word of words) counts.set(folded(word), (counts.get(folded(word)) ?? 0) + 1);
  return words.map((word, i) => (counts.get(folded(word)) === 1 ? word : `${word}~${i + 1}`));
}
