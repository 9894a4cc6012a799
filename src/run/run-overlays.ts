import { join } from 'node:path';
import type { LocalizationConfig } from '../config/schema.js';
import type { ClassInfo } from '../datasets/sample.js';
import { decodeImage } from '../images/decode.js';
import type { Explainer } from '../methods/explainer.js';
import type { LoadedImage } from './batches.js';
import type { JudgedImage } from './judge.js';
import { captionOf, fileName, OverlayWriter } from './overlays.js';

/** Writes the overlays of a network's first images: one picture per method and guess, the best guess on the sheet. */
export class RunOverlays {
  readonly #count: number;
  readonly #classes: readonly ClassInfo[];
  readonly #upsampling: LocalizationConfig['upsampling'];
  readonly #writer: OverlayWriter;
  #done = 0;

  private constructor(
    count: number,
    classes: readonly ClassInfo[],
    config: LocalizationConfig,
    writer: OverlayWriter,
  ) {
    this.#count = count;
    this.#classes = classes;
    this.#upsampling = config.upsampling;
    this.#writer = writer;
  }

  static async open(
    folder: string,
    network: string,
    count: number,
    classes: readonly ClassInfo[],
    config: LocalizationConfig,
  ): Promise<RunOverlays> {
    const writer = await OverlayWriter.open(join(folder, 'overlays', fileName(network)));
    return new RunOverlays(count, classes, config, writer);
  }

  async add(
    { sample, geometry }: LoadedImage,
    { guesses, judgements }: JudgedImage,
    maps: (output: number, j: number) => Float32Array,
    outputs: Explainer['outputs'],
  ): Promise<void> {
    if (this.#done >= this.#count) return;
    this.#done++;
    const image = await decodeImage(sample.imagePath);
    for (const [row, output] of outputs.entries()) {
      for (const [j, index] of guesses.classes.entries()) {
        const { id = 'background', name = 'background' } = this.#classes[index] ?? {};
        const picture = {
          image,
          map: { data: maps(row, j), width: output.width, height: output.height },
          geometry,
          upsampling: this.#upsampling,
          box: judgements[row]!.boxes[j],
          truth: sample.objects.filter(({ classIndex }) => classIndex === index).map(({ box }) => box),
          caption: captionOf(name, guesses.scores[j]!, output.method),
        };
        // A method may stand there twice, at two layers or with two box rules.
        const twin = outputs.slice(0, row).some(({ method }) => method === output.method);
        const method = twin ? `${output.method}-${row + 1}` : output.method;
        await this.#writer.add(fileName(sample.id, method, `${j + 1}-${id}`), picture, j === 0);
      }
    }
  }

  async finish(columns: number): Promise<void> {
    await this.#writer.finish(columns);
  }
}
