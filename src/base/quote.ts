const SHOWN = 80;

/**
 * A text on one line, without what a terminal would obey: line ends become spaces; controls, marks that turn the direction
 * of writing, and half letters become `?`.
 */
export function onOneLine(text: string): string {
  return text.replace(/[\t\r\n\u2028\u2029]+/g, ' ').replace(/\p{Cc}|\p{Bidi_Control}|\p{Cs}/gu, '?');
}

/** A text out of a file that others wrote, as messages show it: quoted, on one line, cut when it is long. */
export function quote(text: string): string {
  const shown = text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
  // JSON leaves the control characters from U+007F on as they are, and the marks that turn the direction of writing.
  return JSON.stringify(shown).replace(
    /[\u007f-\u009f\u2028\u2029]|\p{Bidi_Control}/gu,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** A text that others wrote, for a line to people that shows it without quotes: `onOneLine`, and cut when it is long. */
export function plainText(text: string, most = 200): string {
  return onOneLine(text.length > most ? `${text.slice(0, most)}…` : text);
}
