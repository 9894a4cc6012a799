import { textWidth, type Weight } from './font.js';

/** How a line of text is set. */
export interface TextStyle {
  /** In pixels. */
  readonly size: number;
  readonly weight: Weight;
  readonly color: string;
}

const ELLIPSIS = '…';

/** The text on one line, cut with an ellipsis where it is wider than `width` pixels; empty where not even that fits. */
export function fitted(text: string, width: number, { size, weight }: TextStyle): string {
  const line = plain(text);
  const fits = (part: string) => textWidth(part, size, weight) <= width;
  if (fits(line)) return line;
  const letters = [...line];
  let [low, high] = [0, letters.length];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(cut(letters, middle))) low = middle;
    else high = middle - 1;
  }
  return fits(cut(letters, low)) ? cut(letters, low) : '';
}

const cut = (letters: readonly string[], count: number) =>
  letters.slice(0, count).join('').trimEnd() + ELLIPSIS;

/**
 * The text in at most `most` lines of `width` pixels, broken at spaces (not at those that do not break) and after
 * hyphens and underscores; what is left over is cut.
 */
export function wrapped(text: string, width: number, style: TextStyle, most: number): readonly string[] {
  const pieces = plain(text).match(/[^ _-]*[_-]+|[^ _-]+ *| +/g) ?? [''];
  const lines: string[] = [];
  let line = '';
  for (const [i, piece] of pieces.entries()) {
    const longer = line + piece;
    if (line === '' || textWidth(longer.trimEnd(), style.size, style.weight) <= width) {
      line = longer;
      continue;
    }
    if (lines.length === most - 1) {
      line += pieces.slice(i).join('');
      break;
    }
    lines.push(line);
    line = piece;
  }
  return [...lines, line].map((one) => fitted(one.trimEnd(), width, style));
}

/** What cannot stand in a line, or in XML at all, becomes a space. */
function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cs}\u2028\u2029\ufffe\uffff]+/gu, ' ').trim();
}
