import { describe, expect, it } from 'vitest';
import { filesEnding } from './links.js';
import { textOf } from './markdown.js';
import { sentencesOf, wordsIn } from './sentences.js';

const MOST = 32;

describe('sentences', () => {
  it('are found', () => {
    const page =
      '# A b\n\nOne two. Three\nfour [five](x.md)! `Six`.\n\n- a b\n  c\n- d\n\n    code\n\n| e | f. G |\n';
    expect(sentencesOf(page)).toEqual([
      ...['A b', 'One two.', 'Three four five!', '`Six`.', 'a b c', 'd', 'e', 'f.', 'G'],
    ]);
    expect(wordsIn('A “b”, 3 × c — d.')).toBe(5);
  });

  it.each(filesEnding('.md'))('of %s have at most 32 words', (page) => {
    // The MIT licence stands as it was given.
    const [own] = textOf(page).split('\n## MIT licence\n');
    expect(sentencesOf(own!).filter((sentence) => wordsIn(sentence) > MOST)).toEqual([]);
  });
});
