import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bench, PACKAGE } from './world.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-first-'));
  await cp(join(PACKAGE, 'examples', 'photos'), join(folder, 'photos'), { recursive: true });
});
afterAll(() => rm(folder, { recursive: true }));

const explain = (...words: string[]) => bench(folder, ['explain', ...words]);

describe('bench explain with a picture and nothing else', () => {
  it('says what the network that comes along sees in the cat, the boxes, and the file that it wrote', async () => {
    const { status, stdout } = await explain('photos/cat.jpg');
    expect(status).toBe(0);
    expect(stdout).toContain('photos/cat.jpg: Egyptian cat 0.66, tiger cat 0.19, tabby 0.14\n');
    expect(stdout).toMatch(
      /: grad-cam at fire9\/concat: Egyptian cat, .*, box 0 0 450 299 \(>=0\.15 of max\)\n/,
    );
    expect(stdout).toMatch(/^input: 224×224, the whole picture warped, .*squeezenet1\.1\.card\.json\)$/m);
    expect(stdout).toContain('figure: out/explain/cat.png\n');
    expect(await readdir(join(folder, 'out', 'explain'))).toEqual(['cat.png']);
  });

  it('takes folders and patterns, and goes on past a picture that cannot be read', async () => {
    await mkdir(join(folder, 'mixed'), { recursive: true });
    for (const name of ['coffee.jpg', 'rocket.jpg'])
      await cp(join(folder, 'photos', name), join(folder, 'mixed', name));
    await writeFile(join(folder, 'mixed', 'bad.jpg'), 'no picture');
    const { status, stdout, stderr } = await explain('mixed', 'photos/c?t.jpg', 'nowhere.png', '--top', '1');
    expect(stdout.match(/^\S+: \D+(?= 0\.\d\d$)/gm)).toEqual([
      'mixed/coffee.jpg: espresso',
      'mixed/rocket.jpg: missile',
      'photos/cat.jpg: Egyptian cat',
    ]);
    const bad = stderr.split('\n').filter((line) => line.startsWith('bench: '));
    expect(bad).toHaveLength(2);
    expect(bad[0]).toMatch(/^bench: mixed\/bad\.jpg: /);
    expect(bad[1]).toBe('bench: nowhere.png: the image file does not exist');
    expect(status).toBe(1);
  });

  it.each([
    ['photos/none*.png', 'bench: photos/none*.png: no picture fits this pattern\n'],
    ['.', 'bench: .: no pictures in it (jpg, jpeg, png, webp, gif, tif, tiff, avif)\n'],
  ])('refuses %s, which holds none', async (word, message) => {
    const { status, stderr } = await explain(word);
    expect(stderr).toBe(message);
    expect(status).toBe(1);
  });

  it('finds classes by name, wnid and index, behind the best ones, and prints all as JSON', async () => {
    const classes = ['--class', 'tabby', '--class', 'n02123159', '--class', '287'];
    const { stdout, status } = await explain('photos/cat.jpg', '--top', '1', ...classes, '--json');
    expect(status).toBe(0);
    const printed = JSON.parse(stdout);
    const [image] = printed.images;
    expect(image.classes.map(({ id }: { id: string }) => id)).toEqual([
      ...['n02124075', 'n02123045', 'n02123159', 'n02127052'],
    ]);
    expect(image.classes[0].probability).toBeCloseTo(0.663, 2);
    expect(image.maps).toHaveLength(4);
    expect(image.maps[0]).toMatchObject({ method: 'grad-cam', layer: 'fire9/concat', class: 'Egyptian cat' });
    expect(printed.input).toMatchObject({ size: [224, 224], resize: 'warp' });
    expect(printed.input.from.mean).toMatch(/^card .*squeezenet1\.1\.card\.json$/);
    expect(printed.failures).toEqual([]);
    expect(image.figure).toBe('out/explain/cat.png');
    expect(printed.sheets).toEqual([]);
  });

  it('explains a class once that is one of the best and asked for', async () => {
    const { stdout } = await explain('photos/cat.jpg', '--top', '2', '--class', 'Egyptian cat');
    expect(stdout).toContain('photos/cat.jpg: Egyptian cat 0.66, tiger cat 0.19\n');
  });

  it.each([
    ['tabbi', /^bench: --class tabbi: no such class; did you mean `tabby`\?\n$/],
    ['1000', /^bench: --class 1000: the network has classes 0 to 999\n$/],
    ['crane', /^bench: --class crane: fits several classes: 134 \(crane\), 517 \(crane\); give the index\n$/],
  ])('names what is near to class %s', async (name, message) => {
    const { status, stderr } = await explain('photos/cat.jpg', '--class', name);
    expect(stderr).toMatch(message);
    expect(status).toBe(1);
  });

  it('refuses to open or to show a picture where that cannot be', async () => {
    const open = await bench(folder, ['explain', 'photos/cat.jpg', '--open'], { PATH: '/nowhere' });
    if (process.platform !== 'win32') {
      expect(open.stderr).toMatch(/^bench: --open: there is no (xdg-)?open here .*; leave it out, .*\n$/);
      expect(open.status).toBe(1);
    }
    const show = await explain('photos/cat.jpg', '--show');
    expect(show.stderr).toBe(
      'bench: --show: what is printed goes to no terminal; --open shows it in a window\n',
    );
    expect(show.status).toBe(1);
  });
});
