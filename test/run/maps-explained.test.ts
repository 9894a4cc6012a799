import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { Sample } from '../../src/base/sample.js';
import { parseConfig } from '../../src/config/load.js';
import type { ExplainedImage, Needs } from '../../src/eval/experiment.js';
import { experimentOf } from '../../src/experiments/registry.js';
import { wholeImage } from '../../src/images/geometry.js';
import { writeNpy } from '../../src/maps/npy.js';
import { writeNpz } from '../../src/maps/npz.js';
import type { Failure } from '../../src/run/batches.js';
import { mapsExplainer } from '../../src/run/maps-explained.js';
import { openMapsNetwork } from '../../src/run/maps-network.js';

const CLASSES = ['cat', 'dog', 'cow'].map((id) => ({ id, name: `a ${id}` }));
const SIZE = { width: 4, height: 4 };
/** The image shows a cat and a dog. */
const SAMPLE: Sample = {
  ...{ id: 'a', imagePath: 'a.png', labels: [0, 1], objects: [] },
  ...{ size: SIZE, annotatedSize: SIZE, blacklisted: false },
};
const folders: string[] = [];
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-explained-'));
  folders.push(folder);
});
afterAll(() => Promise.all(folders.map((one) => rm(one, { recursive: true }))));

/** Maps of these classes, best first. */
function archive(classes: readonly number[]): Uint8Array {
  return writeNpz({
    maps: writeNpy(
      Float32Array.from(classes, (one) => one + 1),
      [classes.length, 1, 1],
    ),
    classes: writeNpy(Int32Array.from(classes), [classes.length]),
    scores: writeNpy(
      Float32Array.from(classes, (_, j) => -j),
      [classes.length],
    ),
  });
}

function configOf(partial: boolean, experiment = 'segmentation', methods: readonly string[] = ['cam']) {
  const dataset = { name: 'voc', root: folder };
  const networks = [{ name: 'mine', maps: { folder, partial }, methods: [...methods] }];
  return parseConfig({ experiment, dataset, networks }, folder);
}

async function explained(config: ReturnType<typeof configOf>, needs: Needs) {
  const data = { classes: CLASSES, ids: ['a'] };
  const network = await openMapsNetwork(config.networks[0]!, needs, data, config);
  const entries = [{ sample: SAMPLE, geometry: wholeImage(SIZE) }];
  const explain = mapsExplainer({ ...network, maps: network.maps! }, needs, CLASSES);
  const [image] = await explain({ start: 0, groups: [], entries, milliseconds: 0 });
  return { image: image as ExplainedImage & Failure, notes: network.explainer.notes };
}

const GIVEN: Needs = { top: 0, given: ({ labels }) => labels };

describe('a guess without a map', () => {
  const pictured = async (partial: boolean, top: number) => {
    // The best guess has no map: only its line in predictions.csv.
    await writeFile(join(folder, 'predictions.csv'), 'image,class,score\na,cow,3\na,cat,2\na,dog,1\n');
    const raw = { raw: { width: 1, height: 1, channels: 1 } } as const;
    await sharp(Uint8Array.of(9), raw).toColourspace('b-w').png().toFile(join(folder, 'a.cat.png'));
    return explained(configOf(partial), { top });
  };

  it('is listed when it is among the guesses that are judged, and the note counts maps', async () => {
    const { image, notes } = await pictured(false, 2);
    expect(image.missing).toBe('no map of cow');
    expect(image.top.map(({ classIndex }) => classIndex)).toEqual([2, 0]);
    expect(notes.join()).toContain('maps of 1 classes an image: of 2 guesses the others are wrong');
  });

  it('leaves out the image with partial', async () => {
    const { image } = await pictured(true, 1);
    expect(image).toEqual({ id: 'a', message: 'no map of cow', leftOut: true });
  });
});

describe('a class that is asked for', () => {
  const two = async () => {
    await mkdir(join(folder, 'cam'));
    await mkdir(join(folder, 'ig'));
    const raw = { raw: { width: 1, height: 1, channels: 1 } } as const;
    const picture = sharp(Uint8Array.of(9), raw).toColourspace('b-w').png();
    for (const file of ['cam/a.cat.png', 'cam/a.dog.png', 'ig/a.cat.png']) {
      await picture.toFile(join(folder, file));
    }
    await writeFile(join(folder, 'predictions.csv'), 'image,class,score\na,cat,2\na,dog,1\n');
  };

  it('is listed where one of several methods has no map of it', async () => {
    await two();
    const { image } = await explained(configOf(false, 'segmentation', ['cam', 'ig']), GIVEN);
    expect(image.missing).toBe('no map of dog');
    expect(image.given).toHaveLength(2);
  });

  it('is left out alone with partial', async () => {
    await two();
    const { image } = await explained(configOf(true, 'segmentation', ['cam', 'ig']), GIVEN);
    expect([image.missing, image.given.map(({ classIndex }) => classIndex)]).toEqual(['no map of dog', [0]]);
  });

  it('takes the whole image with it where segmentation judges all classes of a mask', async () => {
    await writeFile(join(folder, 'a.npz'), archive([0]));
    const config = configOf(true);
    const { image } = await explained(config, experimentOf(config).needs);
    expect(image).toEqual({ id: 'a', message: 'no map of dog', leftOut: true });
  });

  it('is there', async () => {
    await writeFile(join(folder, 'a.npz'), archive([1, 0]));
    const config = configOf(true);
    const { image } = await explained(config, experimentOf(config).needs);
    expect([image.missing, image.given.map(({ classIndex }) => classIndex)]).toEqual([undefined, [0, 1]]);
  });
});

describe('the input of maps', () => {
  const withResize = (resize: string, maps: object) => () =>
    parseConfig(
      {
        dataset: { name: 'voc', root: folder },
        networks: [{ name: 'mine', maps: { folder, ...maps }, model: { input: { resize } } }],
      },
      folder,
    ).networks[0]!.model.input.resize;

  it.each(['crop', 'short-side'])('may not be %s where maps cover the whole image', async (resize) => {
    const words = `network \`mine\`: input.resize is ${resize}, but the maps cover the whole image; set maps.frame: input (--frame input)`;
    expect(withResize(resize, {})).toThrow(words);
    expect(withResize(resize, { frame: 'image' })).toThrow(words);
    expect(withResize(resize, { frame: 'input' })()).toBe(resize);
    expect(withResize('warp', {})()).toBe('warp');
    await writeFile(join(folder, 'maps.json'), JSON.stringify({ format: 1, frame: 'input' }));
    expect(withResize(resize, {})()).toBe(resize);
  });
});
