import fc from 'fast-check';
import { expect, it } from 'vitest';
import { distinctWords } from '../../src/eval/file-word.js';
import { fileName } from '../../src/run/figure-writer.js';
import { folded } from '../eval/folded.js';

const text = fc
  .array(fc.constantFrom('a', 'A', '.', '-', '1-cam', '1-', '~', '%', ' ', 'é', 'e\u0301'), { maxLength: 5 })
  .map((parts) => parts.join(''));
const picture = fc.record({ image: fc.nat(3), row: fc.nat(2), rank: fc.nat(2), id: text });

it('pictures have one name only where image, method and class are the same', () => {
  fc.assert(
    fc.property(fc.array(text, { minLength: 4, maxLength: 4 }), picture, picture, (images, a, b) => {
      const words = distinctWords(images);
      const nameOf = ({ image, row, rank, id }: typeof a) =>
        fileName(words[image]!, `${row}-cam`, `${rank}-${id}`);
      // Of one image and method, a rank has one class.
      const same = a.image === b.image && a.row === b.row && a.rank === b.rank;
      if (same) return;
      expect(folded(nameOf(a))).not.toBe(folded(nameOf(b)));
    }),
    { numRuns: 3000 },
  );
});

it('a name fits into the 255 bytes that a file system has for it', () => {
  const long = '漢'.repeat(400);
  const [word] = distinctWords([long, long]);
  expect(Buffer.byteLength(`${fileName(word!, `1000-${long}`, `1000-${long}`)}.png`)).toBeLessThan(255);
});
