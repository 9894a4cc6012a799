import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { hasForeignCategory } from '../../src/datasets/coco-classes.js';
import { vocClasses } from '../../src/datasets/voc-classes.js';
import { readMapping } from '../../src/run/class-mapping.js';
import { temporaryFolder } from '../images/temporary-folder.js';

const path = (name: string) => fileURLToPath(new URL(`../../configs/mappings/${name}`, import.meta.url));
const written = (name: string) =>
  JSON.parse(readFileSync(path(name), 'utf8')) as {
    readonly classes: Record<string, string[]>;
    readonly notes: Record<string, string>;
  };
const named = (names: readonly string[]) => names.map((name) => ({ id: name, name }));

describe('the published mappings to ImageNet’s classes', () => {
  it('say of each of VOC’s classes which stand for it, and why', async () => {
    const classes = await vocClasses({ name: 'voc', root: '.' });
    const { classes: members, notes } = written('voc-to-imagenet.json');
    expect(Object.keys(members)).toEqual(classes.map(({ id }) => id));
    expect(Object.keys(notes)).toEqual(Object.keys(members));
    const mapping = await readMapping(path('voc-to-imagenet.json'), classes, 0);
    expect(mapping.networkClasses).toBe(1000);
    const of = (name: string) => mapping.members(classes.findIndex(({ id }) => id === name));
    expect(of('dog')).toEqual(Array.from({ length: 118 }, (_, i) => 151 + i));
    expect(of('cat')).toEqual([281, 282, 283, 284, 285]);
    expect(of('bird')).toHaveLength(59);
    expect(of('horse')).toEqual([339]);
    expect(of('person')).toEqual([]);
    expect(mapping.classOf(340)).toBe(-1);
  });

  it('say it of each of COCO’s, as far as ImageNet has any', async () => {
    const { classes: members, notes } = written('coco-to-imagenet.json');
    const classes = named(Object.keys(members));
    expect(classes).toHaveLength(80);
    expect(hasForeignCategory(classes)).toBe(false);
    expect(Object.keys(notes).every((name) => name in members)).toBe(true);
    const mapping = await readMapping(path('coco-to-imagenet.json'), classes, 0);
    expect(classes.filter((_, i) => mapping.members(i).length > 0)).toHaveLength(60);
    expect(mapping.members(classes.findIndex(({ id }) => id === 'kite'))).toEqual([]);
  });

  it('refuses a mapping of other classes', async () => {
    await expect(readMapping(path('voc-to-imagenet.json'), named(['unicorn']), 0)).rejects.toThrow(
      'maps none',
    );
  });

  it.each([
    [{ clases: {} }, 'unknown key `clases`; did you mean `classes`?'],
    [{ classes: { dog: 'n02085620' } }, 'classes.dog: expected a list, got "n02085620"'],
    [{ network_classes: 3 }, 'network_classes: expected a text, got 3'],
    [{ title: undefined }, 'title is missing: expected a text'],
  ])('says what is wrong in a file: %j', async (change, message) => {
    const folder = await temporaryFolder();
    const file = join(folder, 'mapping.json');
    const right = { title: 't', source: 's', network_classes: 'classes.txt', classes: {} };
    await writeFile(file, JSON.stringify({ ...right, ...change }));
    await expect(readMapping(file, named(['dog']), 0)).rejects.toThrow(`${file}: ${message}`);
  });
});
