/** A page's blocks of prose: paragraphs, items of lists, cells of tables, headings. Code is no prose. */
function blocksOf(markdown: string): readonly string[] {
  const blocks: string[] = [];
  let open = false;
  const add = (text: string, isOpen: boolean) => {
    if (open && isOpen) blocks.push(`${blocks.pop()} ${text}`);
    else blocks.push(text);
    open = isOpen;
  };
  for (const line of markdown.replace(/^```.*?^```/gms, '').split('\n')) {
    const item = /^\s*(?:[-*]|\d+\.) +(.*)$/.exec(line);
    if (line.trim() === '' || (!open && /^ {4}\S/.test(line))) open = false;
    else if (line.startsWith('|')) {
      for (const cell of line.split(/(?<!\\)\|/).slice(1, -1)) add(cell.trim(), false);
    } else if (item !== null) {
      open = false;
      add(item[1]!, true);
    } else add(line.replace(/^#+ /, '').trim(), !line.startsWith('#'));
  }
  return blocks;
}

/** The sentences of a page's prose; of a link only its text counts. */
export function sentencesOf(markdown: string): readonly string[] {
  return blocksOf(markdown)
    .map((block) => block.replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1'))
    .flatMap((block) => block.split(/(?<=[.!?][*)"]*)\s+(?=[\p{Lu}\p{Script=Greek}\p{N}`*"([])/u));
}

/** Words of a sentence: what holds a letter or a digit. */
export const wordsIn = (sentence: string): number =>
  sentence.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
