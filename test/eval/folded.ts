/** What a file system that is not exact may take for the same name. */
export function folded(word: string): string {
  return word.normalize('NFKD').toUpperCase().toLowerCase().normalize('NFKD');
}
