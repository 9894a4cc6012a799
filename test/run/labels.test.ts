import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readLabels } from '../../src/cards/class-names.js';
import { classNamed, numberedLabels } from '../../src/run/labels.js';

async function labelsOf(text: string) {
  const folder = await mkdtemp(join(tmpdir(), 'bench-labels-'));
  try {
    await writeFile(join(folder, 'labels.txt'), text);
    return await readLabels(join(folder, 'labels.txt'));
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe('readLabels', () => {
  it('reads a synset mapping', async () => {
    expect(await labelsOf('n01440764 tench, Tinca tinca\nn01443537 goldfish\n')).toEqual([
      { id: 'n01440764', name: 'tench, Tinca tinca' },
      { id: 'n01443537', name: 'goldfish' },
    ]);
  });
  it('reads one name a line', async () => {
    expect(await labelsOf('potted plant\r\ncat\r\n')).toEqual([
      { id: 'potted plant', name: 'potted plant' },
      { id: 'cat', name: 'cat' },
    ]);
  });
  it('names a file that is not there, and one that is empty', async () => {
    await expect(readLabels('nowhere.txt')).rejects.toThrow('nowhere.txt: no such file of class names');
    await expect(labelsOf('\n')).rejects.toThrow('holds no class names');
    await expect(readLabels(tmpdir())).rejects.toThrow(`${tmpdir()}: a folder, not a file of class names`);
  });
});

describe('classNamed', () => {
  const classes = [
    { id: 'n1', name: 'tabby, tabby cat' },
    { id: 'n2', name: 'crane' },
    { id: 'n3', name: 'lynx, crane fly' },
    { id: 'n4', name: 'maillot, tank suit' },
    { id: 'n5', name: 'maillot' },
    { id: 'n6', name: 'dock, pier' },
    { id: 'n7', name: 'jetty, pier' },
  ];
  it.each([
    ['0', 0],
    ['n3', 2],
    ['Tabby cat', 0],
    ['tabby', 0],
    ['maillot', 4],
    ['lynx, crane fly', 2],
  ])('finds %s', (wanted, index) => expect(classNamed(wanted, classes)).toBe(index));

  it.each([
    ['7', '--class 7: the network has classes 0 to 6'],
    ['tabbi', '--class tabbi: no such class; did you mean `tabby`?'],
    ['pier', '--class pier: fits several classes: 5 (dock, pier), 6 (jetty, pier); give the index'],
  ])('refuses %s', (wanted, message) => expect(() => classNamed(wanted, classes)).toThrow(message));

  const digits = ['1', '0', '2', '30', 'four, 4'].map((name) => ({ id: name, name }));
  it.each([
    ['2', 2],
    ['30', 3],
    ['index:0', 0],
    ['name:0', 1],
    ['name: 1', 0],
    ['four', 4],
  ])('of classes that are called by numbers finds %s', (wanted, index) =>
    expect(classNamed(wanted, digits)).toBe(index),
  );

  it.each([
    ['1', '--class 1: class 0 is called so, and class 1 has that index: give name:1 or index:1'],
    ['0', '--class 0: class 1 is called so, and class 0 has that index: give name:0 or index:0'],
    ['4', undefined],
    ['31', '--class 31: the network has classes 0 to 4'],
    ['index:30', '--class 30: the network has classes 0 to 4'],
  ])('of classes that are called by numbers refuses %s unless it is one thing', (wanted, message) => {
    if (message === undefined) expect(classNamed(wanted, digits)).toBe(4);
    else expect(() => classNamed(wanted, digits)).toThrow(message);
  });

  it('refuses a name that two classes have', () => {
    const cranes = ['crane', 'lynx', 'crane'].map((name, i) => ({ id: `n${i}`, name }));
    expect(() => classNamed('crane', cranes)).toThrow(
      '--class crane: fits several classes: 0 (crane), 2 (crane); give the index',
    );
    expect(classNamed('n2', cranes)).toBe(2);
  });

  it('takes a class that is called like a prefix for itself', () => {
    expect(
      classNamed('name:x', [
        { id: 'x', name: 'x' },
        { id: 'name:x', name: 'name:x' },
      ]),
    ).toBe(1);
  });

  it('has numbers for classes without names', () => {
    expect(classNamed('2', numberedLabels(3))).toBe(2);
  });
});
