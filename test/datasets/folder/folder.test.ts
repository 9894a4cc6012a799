import { chmod, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, describe, expect, it } from 'vitest';
import { folderOf, open, outcomes, refusal } from './fixture.js';

const roots: string[] = [];
afterEach(async () => {
  for (const root of roots.splice(0)) await rm(root, { recursive: true });
});
async function root(files: Parameters<typeof folderOf>[0]): Promise<string> {
  const made = await folderOf(files);
  roots.push(made);
  return made;
}
const S = [20, 10] as const;
const grey = (values: readonly number[]) =>
  sharp(
    Uint8Array.from({ length: 200 }, (_, i) => values[i % values.length]!),
    {
      raw: { width: 20, height: 10, channels: 1 },
    },
  )
    .toColourspace('b-w')
    .png({ palette: false })
    .toBuffer();

describe('a folder with a subfolder per class', () => {
  it('has the classes in ascending order, and the pictures by their paths', async () => {
    const folder = await root({
      'dog/1.jpg': S,
      'cat b/1.JPEG': S,
      'cat b/deep/ü.png': S,
      'cat b/notes.txt': 'no picture',
      '.hidden/2.jpg': S,
      'dog/._1.jpg': 'a trace of macOS',
      '__MACOSX/3.jpg': S,
    });
    const data = await open(folder);
    expect(data.classes.map(({ id }) => id)).toEqual(['cat b', 'dog']);
    expect(data.ids).toEqual(['cat b/1.JPEG', 'cat b/deep/ü.png', 'dog/1.jpg']);
    expect(await outcomes(data, folder)).toEqual({
      'cat b/1.JPEG': 'labels 0',
      'cat b/deep/ü.png': 'labels 0',
      'dog/1.jpg': 'labels 1',
    });
    expect(data.lacks).toEqual({
      boxes: 'dataset.boxes names their file or folder',
      masks: 'dataset.masks names their folder',
    });
    expect(data.notes).toEqual([]);
  });

  it('has what is annotated without a picture as a failure', async () => {
    const files = { 'p/cat/1.jpg': S, 'p/dog/2.jpg': S, 'p/dog/3.jpg': S };
    const image = (id: number, file_name: string) => ({ id, file_name, width: 20, height: 10 });
    const coco = {
      images: [image(1, 'cat/1.jpg'), image(2, 'dog/9.jpg')],
      annotations: [],
      categories: [{ id: 1, name: 'cat' }],
    };
    const folder = await root({
      ...files,
      'boxes.csv': 'image,class,x0,y0,x1,y1\ncat/1.jpg,cat,1,1,5,5\ndog/9.jpg,dog,1,1,5,5\n',
      'boxes.json': JSON.stringify(coco),
    });
    for (const boxes of ['boxes.csv', 'boxes.json']) {
      const data = await open(folder, { pictures: 'p', boxes, labels: 'folders' });
      expect(data.ids).toEqual(['cat/1.jpg', 'dog/2.jpg', 'dog/3.jpg', 'dog/9.jpg']);
      expect((await outcomes(data, folder))['dog/9.jpg']).toMatch(
        /^failed: ROOT\/boxes\.(csv: line 3|json): there is no picture "dog\/9\.jpg" in ROOT\/p/,
      );
      expect(data.notes?.[0]).toMatch(/^2 of 3 pictures have no .* and have labels alone/);
    }
  });

  it('may name the classes of a list by id, name or one of several names', async () => {
    const list = 'n02123045 tabby, tabby cat\nn02012849 crane\nn03126707 crane\nn02124075 Egyptian cat\n';
    const folder = await root({
      'list.txt': list,
      'p/egyptian CAT/1.jpg': S,
      'p/tabby/1.jpg': S,
      'p/n02012849/1.jpg': S,
      'p/crane/1.jpg': S,
      'p/tabi/1.jpg': S,
    });
    const data = await open(folder, { pictures: 'p', classes: 'list.txt' });
    expect(data.classes[0]).toEqual({ id: 'n02123045', name: 'tabby, tabby cat' });
    expect(await outcomes(data, folder)).toEqual({
      'egyptian CAT/1.jpg': 'labels 3',
      'tabby/1.jpg': 'labels 0',
      'n02012849/1.jpg': 'labels 1',
      'crane/1.jpg':
        'failed: ROOT/p/crane/1.jpg: the class "crane" may be n02012849 or n03126707; write the id',
      'tabi/1.jpg': 'failed: ROOT/p/tabi/1.jpg: unknown class "tabi"; did you mean tabby?',
    });
    const other = await root({ 'list.txt': list, 'p/x/1.jpg': S, 'p/y/1.jpg': S });
    expect(await refusal(other, { pictures: 'p', classes: 'list.txt' })).toBe(
      'ROOT/p: none of its 2 classes is in dataset.classes: unknown class "x"; known: n02123045, n02012849, n03126707, n02124075',
    );
  });

  it('may have boxes beside: of some pictures, and of the class that the folder says', async () => {
    const folder = await root({
      'p/cat/1.jpg': S,
      'p/cat/2.jpg': S,
      'p/dog/1.jpg': S,
      'b.csv': 'image,class,xmin,ymin,xmax,ymax\ncat/1.jpg,cat,0,0,3,3\ndog/1.jpg,cat,0,0,3,3\n',
    });
    const data = await open(folder, { pictures: 'p', boxes: 'b.csv', labels: 'folders' });
    expect(data.notes).toEqual(['1 of 3 pictures have no row in b.csv and have labels alone: "cat/2.jpg"']);
    expect(await outcomes(data, folder)).toEqual({
      'cat/1.jpg': 'cat 0,0,3,3',
      'cat/2.jpg': 'labels 0',
      'dog/1.jpg': 'failed: ROOT/p/dog/1.jpg: no object of "dog", which its folder says that it shows',
    });
  });

  it('is refused with pictures beside the subfolders, unless these are no classes', async () => {
    const folder = await root({ 'cat/1.jpg': S, '2.jpg': S, 'c.txt': 'cat' });
    expect(await refusal(folder)).toBe(
      'dataset.labels: ROOT holds pictures in subfolders and beside them ("2.jpg"); move these, or set labels: none',
    );
    const data = await open(folder, { labels: 'none', classes: 'c.txt' });
    expect(data.ids).toEqual(['2.jpg', 'cat/1.jpg']);
    expect((await data.load('cat/1.jpg')).labels).toEqual([]);
  });
});

describe('a folder of pictures alone', () => {
  it('lacks labels, boxes and masks, and needs the names of the classes', async () => {
    const folder = await root({ 'a.jpg': S, 'list.txt': 'cat\ndog\n' });
    expect(await refusal(folder)).toMatch(
      /^dataset\.classes: nothing in ROOT names the classes; name a file/,
    );
    const data = await open(folder, { classes: 'list.txt' });
    expect(data.lacks).toEqual({
      labels: 'set dataset.boxes, or put the pictures into a folder per class',
      boxes: 'dataset.boxes names their file or folder',
      masks: 'dataset.masks names their folder',
    });
    expect(await data.load('a.jpg')).toMatchObject({ labels: [], objects: [] });
  });

  it('is followed through links, and says where one leads back or nowhere', async () => {
    const folder = await root({ 'p/a.jpg': S, 'other/b.jpg': S, 'c.txt': 'cat' });
    await symlink(join(folder, 'other'), join(folder, 'p', 'linked'));
    await symlink(join(folder, 'p', 'a.jpg'), join(folder, 'p', 'again.jpg'));
    await symlink(join(folder, 'gone.jpg'), join(folder, 'p', 'broken.jpg'));
    const more = { pictures: 'p', classes: 'c.txt', labels: 'none' };
    const all = await outcomes(await open(folder, more), folder);
    expect(all).toEqual({
      'a.jpg': 'labels ',
      'again.jpg': 'labels ',
      'broken.jpg': 'failed: ROOT/p/broken.jpg: the image file does not exist',
      'linked/b.jpg': 'labels ',
    });
    await symlink(join(folder, 'p'), join(folder, 'other', 'back'));
    expect(await refusal(folder, more)).toMatch(
      /^ROOT\/p\/linked\/back: a link that leads back to .*; remove it$/,
    );
  });

  it('fails what is no picture, or of a kind that is not read, and passes nothing over', async () => {
    const folder = await root({
      'a.jpg': 'text',
      'b.heic': 'x',
      'c.bmp': 'BM',
      'd.png': '',
      'e.jpg': S,
      'c.txt': 'cat',
    });
    const all = await outcomes(await open(folder, { classes: 'c.txt' }), folder);
    expect(Object.keys(all)).toEqual(['a.jpg', 'b.heic', 'c.bmp', 'd.png', 'e.jpg']);
    for (const [id, said] of Object.entries(all))
      expect(said).toMatch(id === 'e.jpg' ? /^labels/ : /^failed: ROOT/);
  });

  it('is listed without a look into any picture: a thousand empty ones are found wrong only when they are read', async () => {
    const names = Array.from({ length: 1000 }, (_, i) => `${String(i).padStart(3, '0')}.jpg`);
    const rows = names.map((name) => `${name},cat,0,0,1,1`).join('\n');
    const files = Object.fromEntries(names.map((name) => [name, '']));
    const folder = await root({ ...files, 'b.csv': `image,class,xmin,ymin,xmax,ymax\n${rows}\n` });
    const data = await open(folder, { boxes: 'b.csv' });
    expect(data.ids).toEqual(names);
    await expect(data.load('999.jpg')).rejects.toThrow(/999\.jpg: /);
  });

  it('reads the pictures of a list in its order, spaces and all', async () => {
    const folder = await root({
      'a b.jpg': S,
      'ü.jpg': S,
      'c.jpg': S,
      'l.txt': `${'ü'.normalize('NFD')}.jpg\na b.jpg\n`,
      'c.txt': 'cat',
    });
    expect((await open(folder, { classes: 'c.txt', images: 'l.txt' })).ids).toEqual(['ü.jpg', 'a b.jpg']);
    await writeFile(join(folder, 'l.txt'), 'c.jpg\nd.jpg\n');
    expect(await refusal(folder, { classes: 'c.txt', images: 'l.txt' })).toBe(
      'ROOT/l.txt: the image "d.jpg" is not in the data set ROOT (did you mean "c.jpg"?)',
    );
    await writeFile(join(folder, 'l.txt'), 'c.jpg\nc.jpg\n');
    expect(await refusal(folder, { classes: 'c.txt', images: 'l.txt' })).toBe(
      'ROOT/l.txt: the image "c.jpg" is listed twice',
    );
  });

  it.each([
    [{}, { pictures: 'p' }, 'dataset.pictures: there is no folder ROOT/p'],
    [{}, {}, 'ROOT: no pictures in it (jpg, png, gif, webp, tiff)'],
    [
      { 'a.jpg': S },
      { boxes: 'b.csv' },
      'dataset.boxes: there is no file or folder ROOT/b.csv; the path counts from dataset.root',
    ],
    [{ 'a.jpg': S }, { boxes: '.' }, 'ROOT: neither XML files (VOC) nor text files (YOLO) are in it'],
    [
      { 'a.jpg': S, 'a.xml': '', 'a.txt': '' },
      { boxes: '.' },
      'dataset.boxes: ROOT holds both XML and text files; set dataset.format: voc or yolo',
    ],
    [
      { 'a.jpg': S, 'b.dat': '' },
      { boxes: 'b.dat' },
      'dataset.boxes: ROOT/b.dat ends in none of .csv, .tsv, .txt, .json, .yaml, .yml; set dataset.format',
    ],
    [
      { 'a.jpg': S, 'b.csv': '' },
      { boxes: 'b.csv', format: 'voc' },
      'dataset.boxes: ROOT/b.csv is a file; voc reads a folder of XML files',
    ],
    [{ 'a.jpg': S }, { boxes: '.', format: 'coco' }, 'dataset.boxes: ROOT is a folder; coco reads a file'],
    [
      { 'a.jpg': S },
      { corners: 'edges' },
      'dataset.corners: says something of boxes, but dataset.boxes is not set',
    ],
    [
      { 'a.jpg': S, 'b.csv': '' },
      { boxes: 'b.csv', split: 'val' },
      'dataset.split: a folder has no splits, but for a YOLO data.yaml; name its folder in root or pictures',
    ],
    [{ 'a.jpg': S }, { boxes: false }, 'dataset.boxes: not what folder reads: '],
    [
      { 'a.jpg': S },
      { layout: 'flat' },
      'dataset.layout: a key of imagenet, which folder does not have; remove it',
    ],
    [{ 'a\nb.jpg': S }, {}, 'ROOT: "a\\nb.jpg" cannot be the name of a picture'],
  ] as const)('%j with %j is refused: %s', async (files, more, why) => {
    expect(await refusal(await root(files), more)).toContain(why);
  });

  it.skipIf(process.getuid?.() === 0)('says where a folder cannot be read', async () => {
    const folder = await root({ 'p/a.jpg': S });
    await mkdir(join(folder, 'p', 'closed'));
    await chmod(join(folder, 'p', 'closed'), 0o000);
    expect(await refusal(folder, { pictures: 'p' })).toMatch(/closed: the folder cannot be read/);
  });

  it('is a demonstration where it says so', async () => {
    const folder = await root({ 'x/a.jpg': S });
    expect((await open(folder)).provenance).toBe('own');
    expect((await open(folder, { demonstration: true })).provenance).toBe('demonstration');
  });
});

describe('masks', () => {
  const pictures = { 'p/cat/a.jpg': S, 'p/dog/b.jpg': S } as const;

  it('are PNG files of the pictures’ paths in a folder of their own', async () => {
    const folder = await root({
      ...pictures,
      'm/cat/a.png': await grey([0, 1, 255]),
      'm/x.png': await grey([0, 1]),
    });
    const data = await open(folder, { pictures: 'p', masks: 'm' });
    expect(data.lacks).toEqual({ boxes: 'dataset.boxes names their file or folder' });
    expect((await data.load('cat/a.jpg')).maskPath).toBe(join(folder, 'm/cat/a.png'));
    expect((await data.load('dog/b.jpg')).maskPath).toBeUndefined();
    expect(data.notes!.map((note) => note.replaceAll(folder, 'ROOT'))).toEqual([
      '1 of 2 pictures have no mask in ROOT/m: "dog/b.jpg"',
      '1 masks in ROOT/m are of no picture: "x.png"',
    ]);
  });

  it('may lie beside the pictures, which they are then told from by their names', async () => {
    const folder = await root({ 'a.jpg': S, 'a.png': await grey([0, 1]), 'b.png': S, 'c.txt': 'cat' });
    const data = await open(folder, { masks: '.', classes: 'c.txt' });
    expect(data.ids).toEqual(['a.jpg', 'b.png']);
    expect((await data.load('a.jpg')).maskPath).toBe(join(folder, 'a.png'));
  });

  it('below the pictures are no pictures', async () => {
    const folder = await root({ 'a.jpg': S, 'masks/a.png': await grey([0, 1]), 'c.txt': 'cat' });
    expect((await open(folder, { masks: 'masks', classes: 'c.txt' })).ids).toEqual(['a.jpg']);
  });

  it('of another size, of unknown classes, or of 0 and 255 alone fail their pictures', async () => {
    const small = await sharp({ create: { width: 2, height: 2, channels: 3, background: '#000' } })
      .toColourspace('b-w')
      .png()
      .toBuffer();
    const folder = await root({
      ...{ 'a.jpg': S, 'b.jpg': S, 'c.jpg': S, 'list.txt': 'cat\ndog' },
      ...{ 'm/a.png': small, 'm/b.png': await grey([0, 3]), 'm/c.png': await grey([0, 255]) },
    });
    expect(await outcomes(await open(folder, { masks: 'm', classes: 'list.txt' }), folder)).toEqual({
      'a.jpg': 'failed: ROOT/m/a.png: the mask is 2x2, its image 20x10',
      'b.jpg': 'failed: ROOT/m/b.png: the mask holds the index 3, but there are 2 classes',
      'c.jpg':
        'failed: ROOT/m/c.png: holds 0 and 255 alone, and 255 means void: write 1 for the first class, 2 for the second, …',
    });
  });

  it('are looked for where they are said to be', async () => {
    const folder = await root({ 'x/a.jpg': S });
    expect(await refusal(folder, { masks: 'm' })).toBe('ROOT/m: there is no such folder of masks');
    await mkdir(join(folder, 'm'));
    expect(await refusal(folder, { masks: 'm' })).toBe('ROOT/m: no PNG in the folder of masks');
  });
});
