/** A name as a part of a file's name: what is neither letter, digit nor one of `_.+-` becomes `_`. */
export function fileWord(text: string): string {
  return text.replaceAll(/[^\w.+-]+/g, '_');
}
