import { ConfigError, DataError } from '../base/errors.js';
import type { ClassInfo } from '../base/sample.js';
import type { Explainer } from '../explainer/explainer.js';
import { ThreadEnded } from '../explainer/threaded-explainer.js';
import type { InputGeometry } from '../images/geometry.js';
import { channelsOf, type InputSpec, inputGeometry, inputPixels, writeInput } from '../images/preprocess.js';
import type { RgbImage } from '../images/rgb-image.js';
import { classNamed } from '../run/labels.js';
import type { Explanation } from './explanation.js';
import { explanationOf } from './explanation-of.js';
import type { ExplainedItem, MapKind, Model } from './model.js';
import type { ExplainAllOptions, ExplainOptions } from './options.js';
import { decodePicture, type Picture } from './picture.js';
import { unlessAborted } from './signal.js';
import { throwDocumented } from './thread-end.js';

/** A picture as the network takes it. */
interface Ready {
  readonly pixels: RgbImage;
  readonly geometry: InputGeometry;
}

/** What a model is made of. */
export interface ModelParts {
  readonly path: string;
  readonly explainer: Explainer;
  readonly input: InputSpec;
  readonly labels: readonly ClassInfo[];
}

/** A network in a thread of its own. */
export class LoadedModel implements Model {
  readonly path: string;
  readonly classes: readonly ClassInfo[];
  readonly maps: readonly MapKind[];
  readonly input: InputSpec;
  readonly score: string;
  readonly device: string;
  readonly notes: readonly string[];
  readonly #explainer: Explainer;
  #closed: Promise<void> | undefined;

  constructor({ path, explainer, input, labels }: ModelParts) {
    this.path = path;
    this.classes = labels;
    this.maps = explainer.outputs.map(({ method, layer, height, width }) => ({
      method,
      layer,
      height,
      width,
    }));
    this.input = input;
    this.score = explainer.score.text;
    this.device = explainer.device;
    this.notes = explainer.notes;
    this.#explainer = explainer;
  }

  async explain(picture: Picture, options: ExplainOptions = {}): Promise<Explanation> {
    this.#refuseClosed();
    options.signal?.throwIfAborted();
    const ids = this.#idsOf(options.classes);
    const ready = this.#ready(await unlessAborted(decodePicture(picture), options.signal));
    const [explanation] = await unlessAborted(this.#ask([ready], ids), options.signal);
    return explanation!;
  }

  async *explainAll<T = Picture>(
    items: Iterable<T> | AsyncIterable<T>,
    options: ExplainAllOptions<T> = {},
  ): AsyncGenerator<ExplainedItem<T>, void, undefined> {
    this.#refuseClosed();
    const { batch = 1, signal } = options;
    if (!Number.isInteger(batch) || batch < 1) throw new ConfigError(`batch is ${batch}, expected 1 or more`);
    const ids = this.#idsOf(options.classes);
    const batches = this.#batches(items, options);
    try {
      let next = batches.next();
      for (;;) {
        const { value: entries, done } = await unlessAborted(next, signal);
        if (done) return;
        const pictures = entries.map(({ ready }) => ready);
        const answer = this.#ask(pictures, ids);
        next = batches.next();
        // It is awaited in the next round, and a fault of this batch goes first.
        next.catch(() => {});
        const explanations = await unlessAborted(answer, signal);
        for (const [i, explanation] of explanations.entries()) {
          signal?.throwIfAborted();
          yield { ...explanation, item: entries[i]!.item };
        }
      }
    } finally {
      // Where the caller stops early, so does what gives the items. A source that is stuck is not waited for.
      batches.return(undefined).catch(() => {});
    }
  }

  close(): Promise<void> {
    this.#closed ??= this.#explainer.close();
    return this.#closed;
  }

  #refuseClosed(): void {
    if (this.#closed !== undefined) throw new ConfigError(`${this.path}: the model is closed; load it again`);
  }

  #idsOf(classes: readonly (number | string)[] | undefined): Int32Array | undefined {
    if (classes === undefined) return undefined;
    if (classes.length === 0) throw new ConfigError('classes: name one at least, or leave it out');
    return Int32Array.from(classes, (one) =>
      typeof one === 'number' ? this.#idOf(one) : classNamed(one, this.classes, 'classes:'),
    );
  }

  #idOf(index: number): number {
    if (Number.isInteger(index) && index >= 0 && index < this.classes.length) return index;
    throw new ConfigError(`classes: ${index}: the network has classes 0 to ${this.classes.length - 1}`);
  }

  #ready(image: RgbImage): Ready {
    return { pixels: inputPixels(image, this.input), geometry: inputGeometry(image, this.input) };
  }

  /** Groups of pictures whose inputs have one size. */
  async *#batches<T>(
    items: Iterable<T> | AsyncIterable<T>,
    { batch = 1, pictureOf = (item) => item as Picture, onFailure, signal }: ExplainAllOptions<T>,
  ): AsyncGenerator<{ readonly item: T; readonly ready: Ready }[], undefined, undefined> {
    let group: { readonly item: T; readonly ready: Ready }[] = [];
    try {
      for await (const item of items) {
        signal?.throwIfAborted();
        let ready: Ready;
        try {
          ready = this.#ready(await decodePicture(pictureOf(item)));
        } catch (error) {
          if (onFailure === undefined || !(error instanceof DataError)) throw error;
          onFailure(error, item);
          continue;
        }
        const { width, height } = group[0]?.ready.pixels ?? ready.pixels;
        const fits = ready.pixels.width === width && ready.pixels.height === height;
        if (!fits) {
          yield group;
          group = [];
        }
        group.push({ item, ready });
        // A full one goes at once: a live source may wait for the answer before it gives more.
        if (group.length === batch) {
          const full = group;
          group = [];
          yield full;
        }
      }
    } catch (error) {
      // What was read before the fault is explained.
      if (group.length > 0) yield group;
      throw error;
    }
    if (group.length > 0) yield group;
    return undefined;
  }

  async #ask(batch: readonly Ready[], ids: Int32Array | undefined): Promise<readonly Explanation[]> {
    const explainer = this.#explainer;
    const { width, height } = batch[0]!.pixels;
    const [n, channels] = [batch.length, channelsOf(this.input)];
    const length = channels * height * width;
    const images = new Float32Array(n * length);
    for (const [i, { pixels }] of batch.entries()) writeInput(pixels, this.input, images, i * length);
    const question = { images, n, size: { width, height } };
    const asked =
      ids === undefined
        ? explainer.ask({ kind: 'pass', ...question })
        : explainer.ask({ kind: 'maps', ...question, classIds: repeated(ids, n) });
    const answer = await asked.catch((error: unknown) => {
      // What was still to be asked when the model was closed.
      if (error instanceof ThreadEnded) this.#refuseClosed();
      return throwDocumented(error);
    });
    const names = { explainer, labels: this.classes, k: ids?.length ?? explainer.k };
    return batch.map(({ geometry }, i) => explanationOf(answer, i, geometry, names));
  }
}

/** [n, classes]: the same ones for each image. */
function repeated(ids: Int32Array, n: number): Int32Array {
  const all = new Int32Array(n * ids.length);
  for (let i = 0; i < n; i++) all.set(ids, i * ids.length);
  return all;
}
