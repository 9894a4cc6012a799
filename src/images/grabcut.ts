import { createRequire } from 'node:module';
import { BenchError, codeOf } from '../base/errors.js';
import { SEED, type Seeds } from '../base/segment.js';
import type { BinaryMask } from '../base/threshold.js';
import type { RgbImage } from './rgb-image.js';

/** What we use of OpenCV's WebAssembly build. Memory is its own: every object must be deleted. */
interface Mat {
  readonly data: Uint8Array;
  delete(): void;
}
interface OpenCv {
  readonly Mat: {
    new (): Mat;
    new (rows: number, columns: number, type: number): Mat;
  };
  readonly Rect: new (x: number, y: number, width: number, height: number) => unknown;
  readonly CV_8UC1: number;
  readonly CV_8UC3: number;
  readonly GC_BGD: number;
  readonly GC_FGD: number;
  readonly GC_PR_BGD: number;
  readonly GC_INIT_WITH_MASK: number;
  readonly GC_EVAL: number;
  readonly GC_EVAL_FREEZE_MODEL: number;
  setRNGSeed(seed: number): void;
  grabCut(
    ...call: [image: Mat, mask: Mat, rect: unknown, background: Mat, foreground: Mat, n: number, mode: number]
  ): void;
  exceptionFromPtr?(pointer: number): { readonly msg: string };
  onRuntimeInitialized?: () => void;
}

/** Components of OpenCV's colour models: it refuses fewer seeds than that. */
const COMPONENTS = 5;

export const GRABCUT_PACKAGE = '@techstark/opencv-js';
/** The one that results were computed with; its bytes decide boxes. */
const GRABCUT_VERSION = '4.5.2';

/** OpenCV's GrabCut (Rother et al. 2004), the same bytes whenever it is called on the same picture. */
export class GrabCut {
  readonly #cv: OpenCv;

  private constructor(cv: OpenCv) {
    this.#cv = cv;
  }

  /**
   * Takes a second: the WebAssembly is compiled.
   * @throws BenchError when the optional package is not installed
   */
  static async load(): Promise<GrabCut> {
    const before = listeners();
    let cv: OpenCv;
    try {
      // Never awaited, and so not imported: it has a `then` that gives itself, on and on.
      cv = createRequire(import.meta.url)(GRABCUT_PACKAGE);
    } catch (error) {
      if (codeOf(error) !== 'MODULE_NOT_FOUND') throw error;
      throw new BenchError(
        `box rule grabcut needs the optional package ${GRABCUT_PACKAGE}: npm install ${GRABCUT_PACKAGE}@${GRABCUT_VERSION}, or choose another rule`,
      );
    }
    if (cv.Mat === undefined) {
      await new Promise<void>((resolve) => {
        cv.onRuntimeInitialized = resolve;
      });
    }
    // It would turn any error of ours into an abort of its own.
    for (const [event, list] of listeners()) {
      for (const listener of list) {
        if (!before.get(event)!.includes(listener)) process.removeListener(event, listener as () => void);
      }
    }
    return new GrabCut(cv);
  }

  /**
   * Colour models from the seeds alone, then a cut with the seeds fixed; each further cut learns the models anew from the
   * one before.
   *
   * @param image as large as the seeds
   * @param cuts at least 1
   */
  segment(image: RgbImage, seeds: Seeds, cuts: number): BinaryMask {
    const { width, height, data } = seeds;
    if (image.width !== width || image.height !== height)
      throw new RangeError('grabcut: image and seeds differ');
    const seeded = (kind: number) => data.reduce((count, seed) => count + (seed === kind ? 1 : 0), 0);
    if (seeded(SEED.foreground) < COMPONENTS || seeded(SEED.background) < COMPONENTS) {
      return { data: data.map((seed) => (seed === SEED.foreground ? 1 : 0)), width, height };
    }
    const cv = this.#cv;
    const matrices: Mat[] = [];
    const mat = (...size: [] | [number, number, number]): Mat => {
      const one = size.length === 0 ? new cv.Mat() : new cv.Mat(...size);
      matrices.push(one);
      return one;
    };
    try {
      const picture = mat(height, width, cv.CV_8UC3);
      picture.data.set(image.data);
      const mask = mat(height, width, cv.CV_8UC1);
      const kinds = [cv.GC_PR_BGD, cv.GC_FGD, cv.GC_BGD];
      mask.data.set(data.map((seed) => kinds[seed]!));
      const [background, foreground] = [mat(), mat()];
      const rect = new cv.Rect(0, 0, 1, 1);
      const run = (picture: Mat, mask: Mat, n: number, mode: number) =>
        cv.grabCut(picture, mask, rect, background, foreground, n, mode);

      // OpenCV has no pixels that it knows nothing of: the models are learnt on a strip of the seeds alone.
      const places = [...data.keys()].filter((i) => data[i] !== SEED.open);
      const strip = mat(places.length, 1, cv.CV_8UC3);
      const stripMask = mat(places.length, 1, cv.CV_8UC1);
      for (const [at, i] of places.entries()) {
        strip.data.set(image.data.subarray(3 * i, 3 * i + 3), 3 * at);
        stripMask.data[at] = kinds[data[i]!]!;
      }
      cv.setRNGSeed(1);
      run(strip, stripMask, 0, cv.GC_INIT_WITH_MASK);
      run(picture, mask, 1, cv.GC_EVAL_FREEZE_MODEL);
      if (cuts > 1) run(picture, mask, cuts - 1, cv.GC_EVAL);
      // Foreground, certain or probable, is odd.
      return { data: Uint8Array.from(mask.data).map((value) => value & 1), width, height };
    } catch (error) {
      // OpenCV throws the address of its exception.
      if (typeof error !== 'number') throw error;
      throw new Error(`OpenCV: ${cv.exceptionFromPtr?.(error).msg ?? error}`);
    } finally {
      for (const one of matrices) one.delete();
    }
  }
}

function listeners() {
  const events = ['uncaughtException', 'unhandledRejection'] as const;
  return new Map(events.map((event) => [event, process.rawListeners(event)]));
}
