import { rm } from 'node:fs/promises';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { folderOf, open, outcomes, refusal } from './fixture.js';

const roots: string[] = [];
afterEach(async () => {
  for (const root of roots.splice(0)) await rm(root, { recursive: true });
});
async function withCsv(csv: string | Uint8Array, more: Parameters<typeof folderOf>[0] = {}): Promise<string> {
  const root = await folderOf({ 'a.jpg': [20, 10], 'b.JPG': [20, 10], 'boxes.csv': csv, ...more });
  roots.push(root);
  return root;
}
const CSV = { boxes: 'boxes.csv' };
const HEAD = 'image,class,xmin,ymin,xmax,ymax\n';
const read = async (csv: string | Uint8Array, more: Record<string, unknown> = {}) => {
  const root = await withCsv(csv);
  return outcomes(await open(root, { ...CSV, ...more }), root);
};

describe('a CSV of boxes', () => {
  it('has pixels that count from 0 and are inclusive', async () => {
    const root = await withCsv(`${HEAD}b.JPG,dog,0,0,19,9\na.jpg,cat,2,3,5,7\na.jpg,dog,1.5,0,4,2\n`);
    const data = await open(root, CSV);
    expect(data.ids).toEqual(['a.jpg', 'b.JPG']);
    expect(data.classes).toEqual([
      { id: 'cat', name: 'cat' },
      { id: 'dog', name: 'dog' },
    ]);
    expect(data).toMatchObject({ provenance: 'own', notes: [], annotations: `${root}/boxes.csv` });
    expect(Object.keys(data.lacks!)).toEqual(['masks']);
    expect(await outcomes(data, root)).toEqual({
      'a.jpg': 'cat 2,3,5,7; dog 1.5,0,4,2',
      'b.JPG': 'dog 0,0,19,9',
    });
    const sample = await data.load('a.jpg');
    expect(sample).toMatchObject({
      labels: [0, 1],
      size: { width: 20, height: 10 },
      annotatedSize: { width: 20, height: 10 },
      blacklisted: false,
    });
  });

  it('is read with a BOM, CRLF, semicolons, tabs, quotes, blanks, Excel’s first line', async () => {
    const expected = { 'a.jpg': 'cat, big 2,3,5,7' };
    const rows = (d: string) =>
      `image${d}class${d}xmin${d}ymin${d}xmax${d}ymax\r\n"a.jpg"${d}"cat, big"${d}2${d} 3${d}5 ${d}7\r\n\r\n`;
    for (const csv of [
      rows(','),
      rows(';'),
      rows('\t'),
      `\uFEFF${rows(';')}`,
      `sep=;\r\n${rows(';')}`,
      rows(';').replaceAll('\r\n', '\r'),
    ])
      expect(await read(csv)).toEqual(expected);
    expect(await read(`${HEAD}a.jpg,"the ""cat""",2,3,5,7`)).toEqual({ 'a.jpg': 'the "cat" 2,3,5,7' });
  });

  it('may call its columns as other tools do, and have more of them in any order', async () => {
    expect(
      await read(
        'filename,width,height,label,x_min,YMin,xmax,ymax,confidence\na.jpg,20,10,cat,2,3,5,7,0.9\n',
      ),
    ).toEqual({ 'a.jpg': 'cat 2,3,5,7' });
  });

  it('says which objects are difficult', async () => {
    const root = await withCsv(
      'image,class,xmin,ymin,xmax,ymax,difficult\na.jpg,cat,2,3,5,7,1\na.jpg,cat,2,3,5,7,\na.jpg,cat,0,0,1,1,false\n',
    );
    const { objects } = await (await open(root, CSV)).load('a.jpg');
    expect(objects.map(({ difficult }) => difficult)).toEqual([true, false, false]);
  });

  it('may name classes without boxes, and images without objects', async () => {
    expect(await read(`${HEAD}a.jpg,dog,,,,\na.jpg,cat,,,,\nb.JPG,,,,,\n`)).toEqual({
      'a.jpg': 'labels 0,1',
      'b.JPG': 'labels ',
    });
    const labels = await withCsv('image,class\na.jpg,cat\nb.JPG,dog\n');
    const data = await open(labels, CSV);
    expect(Object.keys(data.lacks!)).toEqual(['boxes', 'masks']);
    expect(await outcomes(data, labels)).toEqual({ 'a.jpg': 'labels 0', 'b.JPG': 'labels 1' });
    expect(await read(`${HEAD}a.jpg,,,,,\na.jpg,cat,,,,\n`)).toEqual({
      'a.jpg': 'failed: ROOT/boxes.csv: line 2: says that the image has no objects, another line names one',
    });
  });

  it('says what is left out: pictures without a row', async () => {
    const root = await withCsv(`${HEAD}a.jpg,cat,2,3,5,7\n`);
    const { ids, notes } = await open(root, CSV);
    expect(ids).toEqual(['a.jpg']);
    expect(notes).toEqual(['1 of 2 pictures have no row in boxes.csv and are left out: "b.JPG"']);
  });

  it('makes a failure of a row without a picture', async () => {
    expect(await read(`${HEAD}a.jpg,cat,2,3,5,7\nB.jpg,cat,2,3,5,7\n`)).toEqual({
      'a.jpg': 'cat 2,3,5,7',
      'B.jpg': 'failed: ROOT/boxes.csv: line 3: there is no picture "B.jpg" in ROOT; did you mean "b.JPG"?',
    });
  });

  it.each([
    [
      'pixels',
      '2,3,20,7',
      'is not within the 20x10 picture, whose pixels that count from 0 go from 0,0 to 19,9; if the file means pixels that count from 1, set dataset.corners: pixels-from-1',
    ],
    [
      'pixels',
      '0,3,20,7',
      'is not within the 20x10 picture, whose pixels that count from 0 go from 0,0 to 19,9; if the file means edges, set dataset.corners: edges',
    ],
    [
      'pixels',
      '-1,3,5,7',
      'is not within the 20x10 picture, whose pixels that count from 0 go from 0,0 to 19,9; correct it',
    ],
    [
      'pixels',
      '30,3,40,7',
      'is not within the 20x10 picture, whose pixels that count from 0 go from 0,0 to 19,9; correct it',
    ],
    [
      'pixels-from-1',
      '0,3,5,7',
      'is not within the 20x10 picture, whose pixels that count from 1 go from 1,1 to 20,10; if the file means pixels that count from 0, set dataset.corners: pixels',
    ],
    ['edges', '2,3,21,7', 'is not within the 20x10 picture, whose edges go from 0,0 to 20,10; correct it'],
    [
      'edges',
      '5,3,5,7',
      'is empty (as edges, xmax and ymax lie beyond xmin and ymin); correct it, or leave it out',
    ],
    ['pixels', '5,3,4,7', 'is empty (xmin ≤ xmax, ymin ≤ ymax); correct it, or leave it out'],
    ['pixels', '0.1,0.2,0.5,0.7', 'is in fractions of the picture; write pixels'],
  ])('as %s refuses the box %s of a 20x10 picture, for that image alone', async (corners, box, why) => {
    const all = await read(`${HEAD}a.jpg,cat,${box}\nb.JPG,cat,2,3,5,7\n`, { corners });
    expect(all['a.jpg']).toBe(`failed: ROOT/boxes.csv: line 2: the box ${box} ${why}`);
    expect(all['b.JPG']).not.toMatch(/failed/);
  });

  it.each([
    ['pixels', '0,0,19,9', 'cat 0,0,19,9'],
    ['pixels-from-1', '1,1,20,10', 'cat 0,0,19,9'],
    ['edges', '0,0,20,10', 'cat 0,0,19,9'],
    ['edges', '4.5,2,5.5,3', 'cat 4.5,2,4.5,2'],
    ['pixels', '7,7,7,7', 'cat 7,7,7,7'],
  ])('as %s takes %s for %s', async (corners, box, expected) => {
    expect((await read(`${HEAD}a.jpg,cat,${box}\n`, { corners }))['a.jpg']).toBe(expected);
  });

  it('scales boxes of a picture of another size, and refuses one that was turned', async () => {
    const head = 'image,class,xmin,ymin,xmax,ymax,width,height\n';
    expect(await read(`${head}a.jpg,cat,0,0,79,39,80,40\n`)).toEqual({ 'a.jpg': 'cat 0,0,19,9' });
    expect((await read(`${head}a.jpg,cat,0,0,9,19,10,20\n`))['a.jpg']).toMatch(
      /line 2: annotated as 10x20, but ROOT\/a\.jpg is stored as 20x10: the sides are swapped; save the picture upright/,
    );
    expect((await read(`${head}a.jpg,cat,0,0,9,19,1000,10\n`))['a.jpg']).toMatch(
      /a side differs more than 20 times/,
    );
  });

  it.each([
    ['', 'the file is empty'],
    [HEAD, 'has no row below its heading'],
    [
      'a.jpg,cat,1,2,3,4\n',
      'the first line names no column image; expected image,class,xmin,ymin,xmax,ymax[,difficult]',
    ],
    [
      'image,class,xmin,ymin,xmx,ymax\na.jpg,cat,1,2,3,4',
      'the first line names no column xmax (did you mean "xmx"?); expected image,class,xmin,ymin,xmax,ymax[,difficult]',
    ],
    ['image,label,class\na.jpg,cat,x', 'two columns are the class; remove one'],
    ['image,class,width\na.jpg,cat,3', 'width and height must both be there, or neither'],
    [HEAD.replace('ymax', 'ymax,dificult'), 'no column is called "dificult"; did you mean difficult?'],
    [`${HEAD}a.jpg,cat,1,2,3\n`, 'line 2 has 5 cells, the heading 6'],
    [`${HEAD}a.jpg,cat,1,2,3,\n`, 'line 2: 3 of 4 coordinates; give all, or none for a class without a box'],
    [`${HEAD}a.jpg,,1,2,3,4\n`, 'line 2: a box without a class'],
    [`${HEAD},cat,1,2,3,4\n`, 'line 2: names no image'],
    [`${HEAD}\n\na.jpg,cat,1,x,3,4\n`, 'line 4: ymin is "x", expected a number such as 12 or 12.5'],
    [`${HEAD}a.jpg,cat,1,nan,3,4\n`, 'line 2: ymin is "nan", expected a number such as 12 or 12.5'],
    [
      `${HEAD.replaceAll(',', ';')}a.jpg;cat;1;2,5;3;4\n`,
      'line 2: ymin is "2,5", expected a number such as 12 or 12.5',
    ],
    [
      `${HEAD.replace('ymax', 'ymax,difficult')}a.jpg,cat,1,2,3,4,yes\n`,
      'line 2: difficult is "yes", expected 0 or 1',
    ],
    [
      `${HEAD.replace('ymax', 'ymax,width,height')}a.jpg,cat,1,2,3,4,0,3\n`,
      'line 2: width is 0, expected a whole number from 1',
    ],
    [
      `${HEAD}../a.jpg,cat,1,2,3,4\n`,
      'line 2: "../a.jpg" cannot be the name of a picture: write its path below the folder, with / and without ..',
    ],
    [
      `${HEAD}/home/a.jpg,cat,1,2,3,4\n`,
      'line 2: "/home/a.jpg" cannot be the name of a picture: write its path below the folder, with / and without ..',
    ],
    [`${HEAD}a.jpg,"cat,1,2,3,4\n`, 'line 2: a quote is not closed'],
    [new Uint8Array([0x69, 0xff, 0xfe]), 'not UTF-8 text; save it in UTF-8'],
  ])('%j ends the run before it begins: %s', async (csv, why) => {
    expect(await refusal(await withCsv(csv), CSV)).toContain(why);
  });

  it('finds a picture by its path, or by the end of it if that is the only one', async () => {
    const root = await withCsv(
      `${HEAD}x/1.jpg,cat,0,0,1,1\ny\\1.jpg,cat,0,0,2,2\n2.jpg,cat,0,0,3,3\n./x/3 grün.png,cat,0,0,4,4\n1.jpg,cat,0,0,5,5\n`,
      {
        'x/1.jpg': [20, 10],
        'y/1.jpg': [20, 10],
        'y/2.jpg': [20, 10],
        // The other spelling of the same letters, as macOS stores it.
        ['x/3 grün.png'.normalize('NFD')]: [20, 10],
      },
    );
    const data = await open(root, CSV);
    expect(await outcomes(data, root)).toEqual({
      'x/1.jpg': 'cat 0,0,1,1',
      'y/1.jpg': 'cat 0,0,2,2',
      'y/2.jpg': 'cat 0,0,3,3',
      ['x/3 grün.png'.normalize('NFD')]: 'cat 0,0,4,4',
      '1.jpg':
        'failed: ROOT/boxes.csv: line 6: "1.jpg" may be "x/1.jpg" or "y/1.jpg"; write the path below ROOT, or rename one',
    });
  });

  it('reads boxes as they were written, whatever the way of counting', async () => {
    const root = await folderOf({ 'a.jpg': [40, 30] });
    roots.push(root);
    const { writeFile } = await import('node:fs/promises');
    const whole = fc
      .tuple(fc.nat(39), fc.nat(29), fc.nat(39), fc.nat(29))
      .map(([a, b, c, d]) => [...[Math.min(a, c), Math.min(b, d)], ...[Math.max(a, c), Math.max(b, d)]]);
    await fc.assert(
      fc.asyncProperty(whole, async ([x0, y0, x1, y1]) => {
        for (const [corners, low, high] of [
          ['pixels', 0, 0],
          ['pixels-from-1', 1, 1],
          ['edges', 0, 1],
        ] as const) {
          const row = [x0! + low, y0! + low, x1! + high, y1! + high].join();
          await writeFile(`${root}/boxes.csv`, `${HEAD}a.jpg,cat,${row}\n`);
          const { objects } = await (await open(root, { ...CSV, corners })).load('a.jpg');
          expect(objects[0]!.box).toEqual({ x0, y0, x1, y1 });
        }
      }),
      { numRuns: 50 },
    );
  });
});
