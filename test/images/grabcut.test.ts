import { createRequire } from 'node:module';
import { beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/base/random.js';
import { SEED, type Seeds } from '../../src/base/segment.js';
import { largestComponent } from '../../src/eval/boxes/components.js';
import { GRABCUT_PACKAGE, GrabCut } from '../../src/images/grabcut.js';
import type { RgbImage } from '../../src/images/rgb-image.js';

const SIDE = 32;
const OBJECT = { x0: 9, y0: 6, x1: 21, y1: 25 };

const within = (x: number, y: number, margin: number) =>
  x >= OBJECT.x0 + margin && x <= OBJECT.x1 - margin && y >= OBJECT.y0 + margin && y <= OBJECT.y1 - margin;

/** A reddish rectangle on greenish ground, both noisy. */
function picture(seed: number): RgbImage {
  const random = seededRandom(seed);
  const data = new Uint8Array(SIDE * SIDE * 3);
  for (let i = 0; i < SIDE * SIDE; i++) {
    const base = within(i % SIDE, Math.floor(i / SIDE), 0) ? [190, 60, 50] : [50, 140, 70];
    for (let c = 0; c < 3; c++) data[3 * i + c] = base[c]! + Math.floor(40 * random());
  }
  return { data, width: SIDE, height: SIDE };
}

/** A few certain pixels in the object's middle, a frame of certain background. */
function seeds(): Seeds {
  const data = new Uint8Array(SIDE * SIDE);
  for (let i = 0; i < data.length; i++) {
    const [x, y] = [i % SIDE, Math.floor(i / SIDE)];
    if (within(x, y, 5)) data[i] = SEED.foreground;
    else if (Math.min(x, y, SIDE - 1 - x, SIDE - 1 - y) < 2) data[i] = SEED.background;
  }
  return { data, width: SIDE, height: SIDE };
}

describe('GrabCut', () => {
  let grabcut: GrabCut;
  beforeAll(async () => {
    grabcut = await GrabCut.load();
  });

  it('grows the seeds to the object’s outline, with one cut and with several', () => {
    for (const cuts of [1, 3]) {
      const mask = grabcut.segment(picture(1), seeds(), cuts);
      expect(largestComponent(mask)?.box).toEqual(OBJECT);
    }
  });

  it('gives the same bytes whatever was segmented before', async () => {
    const first = grabcut.segment(picture(1), seeds(), 2).data;
    grabcut.segment(picture(2), seeds(), 1);
    expect(grabcut.segment(picture(1), seeds(), 2).data).toEqual(first);
    expect((await GrabCut.load()).segment(picture(1), seeds(), 2).data).toEqual(first);
  });

  it('holds no memory: after 500 calls, what is allocated next lies where it did after ten', () => {
    const cv = createRequire(import.meta.url)(GRABCUT_PACKAGE);
    const nextAddress = (): number => {
      const mat = new cv.Mat(64, 64, cv.CV_8UC3);
      const address = mat.data.byteOffset;
      mat.delete();
      return address;
    };
    for (let i = 0; i < 10; i++) grabcut.segment(picture(1), seeds(), 1);
    const before = nextAddress();
    for (let i = 0; i < 500; i++) grabcut.segment(picture(1), seeds(), 1);
    expect(nextAddress()).toBe(before);
  });

  it('with too few seeds for colours, the foreground is its seeds', () => {
    const few = { ...seeds(), data: new Uint8Array(SIDE * SIDE) };
    few.data[40] = SEED.foreground;
    few.data[90] = SEED.background;
    const { data } = grabcut.segment(picture(1), few, 1);
    expect([...data.keys()].filter((i) => data[i] === 1)).toEqual([40]);
  });

  it('leaves the process’s own handling of errors as it was', () => {
    const all = [...process.listeners('uncaughtException'), ...process.listeners('unhandledRejection')];
    const texts = all.map(String);
    expect(texts.filter((text) => /abort\(|ExitStatus/.test(text))).toEqual([]);
  });

  it('refuses a picture of another size', () => {
    expect(() => grabcut.segment({ ...picture(1), width: 16 }, seeds(), 1)).toThrow(RangeError);
  });
});
