import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { MappedClass } from '../../src/maps/array-maps.js';
import { MapsFolder } from '../../src/maps/folder.js';
import { NetworkMaps } from '../../src/maps/network-maps.js';
import { writeNpy } from '../../src/maps/npy.js';
import { writeNpz } from '../../src/maps/npz.js';

const CLASSES = ['cat', 'dog', 'cow'].map((id) => ({ id, name: `a ${id}` }));
const IDS = ['a', 'b.1'];
const folders: string[] = [];
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-maps-'));
  folders.push(folder);
});
afterAll(() => Promise.all(folders.map((one) => rm(one, { recursive: true }))));

const open = (path = folder) => MapsFolder.open(path, folder, IDS, CLASSES);
const put = (name: string, bytes: Uint8Array | string) => writeFile(join(folder, name), bytes);
const read = async (id = 'a') => (await open()).read(id);
const floats = (values: readonly number[], shape = [values.length]) =>
  writeNpy(Float32Array.from(values), shape);
const ints = (values: readonly number[]) => writeNpy(Int32Array.from(values), [values.length]);
const MAPS = floats([1, 2, 3, 4], [2, 1, 2]);
const valuesOf = (classes: readonly MappedClass[] | undefined) =>
  classes!.map(({ classIndex, score, map }) => [classIndex, score, map && [...map.data]]);

describe('npz', () => {
  it('has maps, classes, scores and probabilities', async () => {
    const [classes, scores] = [ints([2, 0]), floats([0.5, 1.5])];
    const probabilities = writeNpy(Float64Array.of(0.25, 0.75), [2]);
    await put('a.npz', writeNpz({ maps: MAPS, classes, scores, probabilities }));
    const own = await read();
    expect(valuesOf(own)).toEqual([
      [2, 0.5, [1, 2]],
      [0, 1.5, [3, 4]],
    ]);
    expect(own![0]).toMatchObject({ probability: 0.25, map: { width: 2, height: 1 } });
    expect(await read('b.1')).toBeUndefined();
  });

  it('has classes of its own, or predictions.csv has them', async () => {
    await put('a.npz', writeNpz({ maps: MAPS }));
    await expect(read()).rejects.toThrow(
      `${join(folder, 'a.npz')}: nothing says which classes these maps are of`,
    );
    await put('predictions.csv', 'image,class,score\na,dog,3\na,-1,2\n');
    expect(valuesOf(await read())).toEqual([
      [1, 3, [1, 2]],
      [-1, 2, [3, 4]],
    ]);
  });

  const two = (arrays: Readonly<Record<string, Uint8Array>>) => ({
    maps: MAPS,
    classes: ints([0, 1]),
    ...arrays,
  });
  it.each([
    ['no maps', { classes: ints([0]) }, 'no array `maps`'],
    [
      'classes of another number',
      two({ classes: ints([0]) }),
      '`classes` has 1 entries, but there are 2 maps',
    ],
    ['scores of another number', two({ scores: floats([1, 2, 3]) }), '`scores` has 3 entries'],
    ['scores that are none', two({ scores: floats([1, Number.NaN]) }), '`scores` has NaN at place 1'],
    [
      'a class beyond',
      two({ classes: ints([0, 3]) }),
      'the class 3 is none: the data set has 3 classes, 0 to 2',
    ],
    ['a class below', two({ classes: ints([0, -2]) }), 'the class -2 is none'],
    ['a class between', two({ classes: floats([0, 0.5]) }), 'the class 0.5 is none'],
    ['classes in rows', two({ classes: writeNpy(Int32Array.of(0, 1), [1, 2]) }), 'has the shape [1,2]'],
    ['a probability beyond 1', two({ probabilities: floats([1, 1.5]) }), '`probabilities` has 1.5'],
    ['NaN', two({ maps: floats([1, 2, Number.NaN, 4], [2, 1, 2]) }), 'the value NaN at [1,0,0]'],
    ['infinity', two({ maps: floats([1, -Infinity, 3, 4], [2, 1, 2]) }), 'the value -Infinity at [0,0,1]'],
    [
      'float64 beyond float32',
      two({ maps: writeNpy(Float64Array.of(1, 1e39, 3, 4), [2, 1, 2]) }),
      'the value 1e+39',
    ],
    ['whole numbers', two({ maps: writeNpy(Int32Array.of(1, 2), [2, 1, 1]) }), 'maps of the type i4'],
    ['one dimension', two({ maps: floats([1, 2]) }), 'maps of the shape [2]'],
    ['four dimensions', two({ maps: floats([1, 2], [1, 2, 1, 1]) }), 'maps of the shape [1,2,1,1]'],
    ['a class twice', two({ classes: ints([1, 1]) }), '`classes` has the class 1 twice'],
    ['no pixel', two({ maps: floats([], [2, 0, 5]) }), 'maps of the shape [2,0,5] hold nothing'],
  ])('is refused with %s', async (_, arrays, words) => {
    await put('a.npz', writeNpz(arrays as unknown as Record<string, Uint8Array>));
    await expect(read()).rejects.toThrow(words);
    await expect(read()).rejects.toThrow(join(folder, 'a.npz'));
  });
});

describe('what is none', () => {
  it('an archive may have no class at all, as bench maps writes it', async () => {
    const none = { maps: floats([], [0, 1, 1]), classes: ints([]), scores: floats([]) };
    await put('a.npz', writeNpz({ ...none, probabilities: writeNpy(new Float64Array(0), [0]) }));
    expect(await read()).toEqual([]);
  });

  it('what is no class may be there twice', async () => {
    await put('a.npz', writeNpz({ maps: MAPS, classes: ints([-1, -1]) }));
    expect(valuesOf(await read())).toHaveLength(2);
  });
});

describe('npy', () => {
  it('reads a predictions.csv that begins with a byte order mark', async () => {
    await put('a.npy', MAPS);
    await put('predictions.csv', '\ufeffimage,class,score\na,0,1\na,1,2\n');
    expect(valuesOf(await read())).toHaveLength(2);
  });

  it('takes its classes from the lines of predictions.csv, in their order', async () => {
    await put('b.1.npy', MAPS);
    await put('predictions.csv', 'class,image,score,probability\n1,b.1,2,0.5\n0,b.1,7,0.25\n');
    expect(valuesOf(await read('b.1'))).toEqual([
      [1, 2, [1, 2]],
      [0, 7, [3, 4]],
    ]);
  });

  it('may be one map without a first axis', async () => {
    await put('a.npy', floats([1, 2, 3, 4], [2, 2]));
    await put('predictions.csv', 'image,class,score\na,cow,1\n');
    expect(valuesOf(await read())).toEqual([[2, 1, [1, 2, 3, 4]]]);
  });

  it.each([
    ['image,class,score\na,dog,2\na,1,1\n', 'predictions.csv: the image a has the class 1 twice'],
    ['image,class\na,0\n', 'no column `score`'],
    ['image,class,score\na,9,1\n', 'predictions.csv: line 2: the class 9 is none'],
    ['image,class,score\na,horse,1\n', 'the class horse is none: neither an id of the data set'],
    ['image,class,score\na,0,\n', 'line 2: expected a number, found ""'],
    ['image,class,score,probability\na,0,1,1.5\n', 'a probability of 1.5'],
    ['image,class,score\na,0,1\n', 'predictions.csv has 1 entries, but there are 2 maps'],
  ])('refuses the predictions %j', async (text, words) => {
    await put('a.npy', MAPS);
    await put('predictions.csv', text);
    await expect(read()).rejects.toThrow(words);
  });
});

describe('png', () => {
  const grey = (values: readonly number[], wide = false) => {
    const data = wide ? new Uint16Array(values) : new Uint8Array(values);
    const raw = { raw: { width: values.length, height: 1, channels: 1 } } as const;
    const picture = sharp(data, raw).toColourspace(wide ? 'grey16' : 'b-w');
    return picture.png().toBuffer();
  };

  it('has the levels of 8 and of 16 bits as they are', async () => {
    await put('a.cat.png', await grey([0, 7, 255]));
    await put('a.2.png', await grey([0, 1000, 65535], true));
    expect(valuesOf(await read())).toEqual([
      [0, undefined, [0, 7, 255]],
      [2, undefined, [0, 1000, 65535]],
    ]);
  });

  it('is ranked by predictions.csv, which may name a class without a picture', async () => {
    await put('b.1.dog.png', await grey([5]));
    await put('b.1.cow.png', await grey([6]));
    await put('predictions.csv', 'image,class,score\nb.1,cat,3\nb.1,cow,2\n');
    expect(valuesOf(await read('b.1'))).toEqual([
      [0, 3, undefined],
      [2, 2, [6]],
      [1, undefined, [5]],
    ]);
  });

  it('is refused with colours, half of it, or a class that is none', async () => {
    const color = sharp({ create: { width: 2, height: 2, channels: 3, background: 'red' } });
    await put('a.cat.png', await color.png().toBuffer());
    await expect(read()).rejects.toThrow('a.cat.png: the PNG has colours');
    const whole = await grey(Array.from({ length: 500 }, (_, i) => (i * 37) % 256));
    await put('a.cat.png', whole.subarray(0, 120));
    await expect(read()).rejects.toThrow('a.cat.png: not a whole PNG of grey levels');
    await put('a.cat.png', await grey([1]));
    await put('a.horse.png', await grey([1]));
    await expect(read()).rejects.toThrow('a.horse.png: the class horse is none');
  });

  it('is refused where predictions.csv has no line of the image, and would not rank it', async () => {
    await put('a.cat.png', await grey([5]));
    await put('a.dog.png', await grey([6]));
    await put('predictions.csv', 'image,class,score\na.jpg,cat,3\na.jpg,dog,2\n');
    await expect(read()).rejects.toThrow(
      `${join(folder, 'a.cat.png')}: no line of ${join(folder, 'predictions.csv')} is of the image a`,
    );
  });

  it('refuses two pictures of one class', async () => {
    await put('a.cat.png', await grey([1]));
    await put('a.0.png', await grey([1]));
    await expect(read()).rejects.toThrow('a.cat.png: a second map of the same class');
  });
});

describe('a folder', () => {
  it('has ids that are paths in subfolders', async () => {
    await mkdir(join(folder, 'x'));
    await put('x/a.npz', writeNpz({ maps: MAPS, classes: ints([0, 1]) }));
    const nested = await MapsFolder.open(folder, folder, ['x/a', 'x/b'], CLASSES);
    expect(nested.has('x/a')).toBe(true);
    expect(await nested.read('x/a')).toHaveLength(2);
    expect(nested.has('x/b')).toBe(false);
  });

  it('holds one kind of files, and names of other images are no fault', async () => {
    await put('a.npz', writeNpz({ maps: MAPS, classes: ints([0, 1]) }));
    await put('z.npy', MAPS);
    expect((await open()).kind).toBe('npz');
    await put('b.1.npy', MAPS);
    await expect(open()).rejects.toThrow('maps as .npz and as .npy; one folder holds one kind');
    await expect(open(join(folder, 'nowhere'))).rejects.toThrow('the folder of the maps cannot be read');
  });

  it('ends the run when a file is gone that was there', async () => {
    await put('a.npz', writeNpz({ maps: MAPS, classes: ints([0, 1]) }));
    const opened = await open();
    await rm(join(folder, 'a.npz'));
    await expect(opened.read('a')).rejects.toThrow(
      /a\.npz: maps does not exist, though it did when the run began/,
    );
  });
});

describe('a network of several folders', () => {
  const network = (paths: readonly string[]) => NetworkMaps.open(paths, folder, IDS, CLASSES);

  it('ranks by the scores, equal ones in the order of the file', async () => {
    const three = floats([1, 2, 3], [3, 1, 1]);
    await put('a.npz', writeNpz({ maps: three, classes: ints([0, 1, 2]), scores: floats([1, 5, 5]) }));
    const image = await (await network([folder])).read('a');
    expect(image).toMatchObject({
      ranked: true,
      classes: [{ classIndex: 1 }, { classIndex: 2 }, { classIndex: 0 }],
    });
    await put('a.npz', writeNpz({ maps: three, classes: ints([0, 1, 2]) }));
    expect(await (await network([folder])).read('a')).toMatchObject({ ranked: false });
  });

  it('has the same classes in each', async () => {
    const other = await mkdtemp(join(tmpdir(), 'bench-maps-'));
    folders.push(other);
    await put('a.npz', writeNpz({ maps: MAPS, classes: ints([0, 1]), scores: floats([1, 2]) }));
    expect(await (await network([folder, other])).read('a')).toBeUndefined();
    await writeFile(join(other, 'a.npz'), writeNpz({ maps: MAPS, classes: ints([0, 2]) }));
    await expect((await network([folder, other])).read('a')).rejects.toThrow(
      `${join(other, 'a.npz')}: its classes are not those of ${join(folder, 'a.npz')}`,
    );
    await writeFile(
      join(other, 'a.npz'),
      writeNpz({ maps: floats([7, 8], [2, 1, 1]), classes: ints([0, 1]) }),
    );
    const { classes } = (await (await network([folder, other])).read('a'))!;
    expect(classes.map(({ maps }) => maps.map((map) => [...map!.data]))).toEqual([
      [[3, 4], [8]],
      [[1, 2], [7]],
    ]);
  });
});
