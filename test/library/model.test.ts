import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeModel } from '../../src/onnx/write.js';
import { bench, colorNetwork, imagePath, makeWorld } from '../cli/world.js';
import { library } from './library.js';

const COUNT = 9;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'library-'));
  await makeWorld(folder, COUNT);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const INPUT = { size: 16, scale: 1 / 255 } as const;
const path = () => join(folder, 'colors.onnx');
const pictures = () => Array.from({ length: COUNT }, (_, index) => imagePath(folder, index));

describe('loadModel', () => {
  it('explains a picture by path, by URL, by its bytes and by its pixels alike', async () => {
    const { loadModel, decodePicture } = await library();
    const model = await loadModel(path(), { input: INPUT, methods: ['grad-cam', 'backprop'], top: 2 });
    try {
      const file = imagePath(folder, 1);
      const expected = await model.explain(file);
      expect(expected.classes.map(({ index }) => index)[0]).toBe(1);
      expect(expected.classes[0]!.maps.map(({ method }) => method)).toEqual(['grad-cam', 'backprop']);
      const bytes = new Uint8Array(await readFile(file));
      for (const picture of [pathToFileURL(file), bytes, await decodePicture(file)]) {
        expect(await model.explain(picture)).toEqual(expected);
      }
      expect(model.maps).toEqual([
        { method: 'grad-cam', layer: 'relu1', height: 16, width: 16 },
        { method: 'backprop', layer: 'input', height: 16, width: 16 },
      ]);
      expect(expected.geometry.image).toEqual({ width: 32, height: 32 });
      const total = expected.classes[0]!.probability + expected.classes[1]!.probability;
      expect(total).toBeGreaterThan(0.5);
      expect(total).toBeLessThanOrEqual(1);
    } finally {
      await model.close();
    }
  });

  it('explains classes that are asked for, by index and by name, as the graph of the best ones does', async () => {
    const { loadModel } = await library();
    const model = await loadModel(path(), { input: INPUT, top: 3, labels: ['red', 'green', 'blue'] });
    try {
      const best = await model.explain(imagePath(folder, 2));
      const asked = await model.explain(imagePath(folder, 2), { classes: ['green', 0, 'blue'] });
      expect(asked.classes.map(({ name }) => name)).toEqual(['green', 'red', 'blue']);
      for (const one of asked.classes) {
        expect(one).toEqual(best.classes.find(({ index }) => index === one.index));
      }
      await expect(model.explain(imagePath(folder, 2), { classes: ['gren'] })).rejects.toThrow(
        'classes: gren: no such class; did you mean `green`?',
      );
      await expect(model.explain(imagePath(folder, 2), { classes: [3] })).rejects.toThrow(
        'classes: 3: the network has classes 0 to 2',
      );
      await expect(model.explain(imagePath(folder, 2), { classes: [] })).rejects.toThrow('name one at least');
    } finally {
      await model.close();
    }
  });

  it('takes the preprocessing of a card, of a preset and of options, and refuses a network without any', async () => {
    const { loadModel } = await library();
    const bare = join(folder, 'bare.onnx');
    await writeFile(bare, writeModel(colorNetwork()));
    await expect(loadModel(bare)).rejects.toThrow(
      /nothing says how it wants its pixels: give loadModel a preset/,
    );
    const preset = await loadModel(bare, { preset: 'zero-one' });
    expect(preset.input).toMatchObject({ width: 16, height: 16, resize: 'warp', scale: 1 / 255 });
    await preset.close();
    await writeFile(
      join(folder, 'bare.card.json'),
      JSON.stringify({ input: { scale: 0.5 }, classes: ['a', 'b', 'c'] }),
    );
    const carded = await loadModel(bare, { input: { mean: 3 } });
    expect(carded.input).toMatchObject({ scale: 0.5, mean: [3, 3, 3] });
    expect(carded.classes.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    await carded.close();
  });

  it('throws errors of their classes, on the thread of the network too', async () => {
    const { loadModel, explain, BenchError, ConfigError, DataError, ModelError } = await library();
    const options = { input: INPUT };
    const missing = loadModel(join(folder, 'none.onnx'), options);
    await expect(missing).rejects.toBeInstanceOf(ModelError);
    await expect(missing).rejects.toBeInstanceOf(BenchError);
    await expect(loadModel(path(), { ...options, layer: 'none' })).rejects.toBeInstanceOf(ModelError);
    await expect(loadModel(path(), { ...options, top: 4 })).rejects.toThrow('cannot explain 4 classes');
    await expect(loadModel(path(), { input: { size: -1 } })).rejects.toBeInstanceOf(ConfigError);
    await expect(loadModel(path(), { ...options, labels: ['one', 'two'] })).rejects.toThrow(
      'labels: 2 class names, the network has 3 classes',
    );
    await expect(explain(path(), join(folder, 'none.jpg'), options)).rejects.toBeInstanceOf(DataError);
    const short = { data: new Uint8Array(5), width: 2, height: 1 };
    await expect(explain(path(), short, options)).rejects.toThrow(
      '2 × 1 pixels of three colours are 6 bytes',
    );
  });

  it('closes once, and says so when it is asked again', async () => {
    const { loadModel } = await library();
    const model = await loadModel(path(), { input: INPUT });
    await Promise.all([model.close(), model.close()]);
    await expect(model.explain(imagePath(folder, 0))).rejects.toThrow('the model is closed; load it again');
  });
});

describe('explainAll', () => {
  it('gives the same explanations in batches as one by one, in order, and tells of what cannot be read', async () => {
    const { loadModel } = await library();
    const model = await loadModel(path(), { input: INPUT, methods: ['grad-cam', 'backprop'] });
    try {
      const alone = [];
      for (const file of pictures()) alone.push({ ...(await model.explain(file)), item: file });
      const broken = join(folder, 'broken.jpg');
      await writeFile(broken, 'no picture');
      const failed: string[] = [];
      for (const batch of [1, 4]) {
        const all = [];
        const items = [broken, ...pictures()];
        const options = { batch, onFailure: (_: Error, item: string) => failed.push(item) };
        for await (const one of model.explainAll(items, options)) all.push(one);
        expect(all).toEqual(alone);
      }
      expect(failed).toEqual([broken, broken]);
      const read: string[] = [];
      const strict = async () => {
        for await (const { item } of model.explainAll([pictures()[0]!, broken])) read.push(item);
      };
      await expect(strict()).rejects.toThrow(`${broken}: not an image`);
      expect(read).toEqual([pictures()[0]]);
    } finally {
      await model.close();
    }
  });

  it('reads pictures of any shape for a network of any size', async () => {
    const { loadModel } = await library();
    const wide = join(folder, 'wide.png');
    const create = { width: 64, height: 32, channels: 3, background: { r: 0, g: 200, b: 0 } } as const;
    await sharp({ create }).png().toFile(wide);
    const any = { ...INPUT, resize: 'short-side' } as const;
    const open = colorNetwork();
    const file = join(folder, 'any.onnx');
    const inputs = [{ ...open.inputs[0]!, shape: ['N', 3, 'h', 'w'] }];
    await writeFile(file, writeModel({ ...open, inputs }));
    const model = await loadModel(file, { input: any });
    try {
      const sizes = [];
      for await (const { classes } of model.explainAll([wide, pictures()[0]!, wide], { batch: 3 })) {
        const { width, height } = classes[0]!.maps[0]!;
        sizes.push([width, height, classes[0]!.index]);
      }
      expect(sizes).toEqual([
        [32, 16, 1],
        [16, 16, 0],
        [32, 16, 1],
      ]);
    } finally {
      await model.close();
    }
  });

  it('gives an explanation before it needs the next item', { timeout: 10_000 }, async () => {
    const { loadModel } = await library();
    const model = await loadModel(path(), { input: INPUT });
    try {
      let answered: () => void = () => {};
      async function* live() {
        for (let i = 0; i < 3; i++) {
          const answer = new Promise<void>((resolve) => {
            answered = resolve;
          });
          yield imagePath(folder, i);
          await answer;
        }
      }
      const seen: string[] = [];
      for await (const { item } of model.explainAll(live())) {
        seen.push(item);
        answered();
      }
      expect(seen).toEqual([0, 1, 2].map((i) => imagePath(folder, i)));
    } finally {
      await model.close();
    }
  });

  it('stops where the caller stops: no picture is asked for after the batches that are on their way', async () => {
    const { loadModel } = await library();
    const model = await loadModel(path(), { input: INPUT });
    try {
      let [asked, ended] = [0, false];
      async function* endless() {
        try {
          for (;;) {
            asked++;
            yield imagePath(folder, 0);
          }
        } finally {
          ended = true;
        }
      }
      for await (const _ of model.explainAll(endless())) break;
      await expect.poll(() => ended).toBe(true);
      expect(asked).toBeLessThanOrEqual(4);
    } finally {
      await model.close();
    }
  });
});

describe('AbortSignal', () => {
  it('ends loading, a question and an iteration with its reason', async () => {
    const { loadModel } = await library();
    const reason = new Error('enough');
    await expect(loadModel(path(), { input: INPUT, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const later = new AbortController();
    const loading = loadModel(path(), { input: INPUT, signal: later.signal });
    later.abort(reason);
    await expect(loading).rejects.toBe(reason);
    const model = await loadModel(path(), { input: INPUT });
    try {
      const signal = AbortSignal.abort(reason);
      await expect(model.explain(imagePath(folder, 0), { signal })).rejects.toBe(reason);
      const stop = new AbortController();
      const seen: string[] = [];
      const iterate = async () => {
        for await (const { item } of model.explainAll(pictures(), { signal: stop.signal })) {
          seen.push(item);
          if (seen.length === 2) stop.abort(reason);
        }
      };
      await expect(iterate()).rejects.toBe(reason);
      expect(seen).toEqual(pictures().slice(0, 2));
      // The network is none the worse for it.
      expect((await model.explain(imagePath(folder, 0))).classes[0]!.index).toBe(0);
    } finally {
      await model.close();
    }
  });
});

describe('the library', () => {
  it('finds the errors that bench run finds', async () => {
    const { evaluateLocalization, loadModel, openDataset, DEFAULT_BOX_RULE } = await library();
    const out = join(folder, 'out');
    const { status, stderr } = await bench(folder, [
      'run',
      'world.yaml',
      '--out',
      out,
      '--set',
      'localization.iou=0.8',
    ]);
    expect([status, stderr]).toEqual([0, stderr]);
    const dataset = await openDataset({ name: 'imagenet', root: join(folder, 'data') });
    const model = await loadModel(path(), { input: INPUT, methods: ['grad-cam', 'cam', 'backprop'], top: 2 });
    try {
      const rows = [];
      for (const [method, { method: name }] of model.maps.entries()) {
        async function* images() {
          for await (const { item, classes, geometry } of model.explainAll(dataset, {
            pictureOf: ({ imagePath }) => imagePath,
          })) {
            const guesses = classes.map(({ index, maps }) => ({ classIndex: index, map: maps[method]! }));
            yield { guesses, truth: item.objects, labels: item.labels, geometry };
          }
        }
        const rule = { ...DEFAULT_BOX_RULE, threshold: 0.3 };
        const { top } = await evaluateLocalization(images(), { top: [1, 2], iou: 0.8, rule });
        for (const { k, localization } of top) {
          rows.push([
            name,
            k,
            ...['percent', 'low', 'high'].map((key) => localization[key as 'low']!.toFixed(2)),
          ]);
        }
      }
      // Some are right and some are wrong, or the comparison would say little.
      expect(rows.some(([, , percent]) => Number(percent) > 0 && Number(percent) < 100)).toBe(true);
      expect(rows).toEqual(await tableRows(join(out, 'table.csv')));
    } finally {
      await model.close();
    }
  });
});

/** Method, k, error and interval of a table's rows but the centre box's. */
async function tableRows(file: string): Promise<unknown[]> {
  const { parseCsv } = await import('../../src/report/csv.js');
  const [head, ...rows] = parseCsv(await readFile(file, 'utf8'));
  const at = (row: readonly string[], name: string) => row[head!.indexOf(name)]!;
  return rows
    .filter((row) => at(row, 'method') !== 'center-box')
    .flatMap((row) =>
      [1, 2].map((k) => [
        at(row, 'method'),
        k,
        ...['', '_low', '_high'].map((end) => Number(at(row, `loc_top${k}_error${end}`)).toFixed(2)),
      ]),
    );
}
