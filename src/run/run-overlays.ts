import { join } from 'node:path';
import type { Interpolation } from '../base/resize-map.js';
import type { Experiment, ExplainedClass, ExplainedImage, JudgedNetwork } from '../eval/experiment.js';
import { decodeImage } from '../images/decode.js';
import type { RgbImage } from '../images/rgb-image.js';
import type { Place } from '../lock/place.js';
import { readings } from '../methods/registry.js';
import { captionOf, fileName, OverlayWriter } from './overlays.js';

/**
 * Writes the overlays of a network's first images: one picture per method and class, the best guess (or else the first
 * true class) on the sheet.
 */
export class RunOverlays {
  readonly #network: JudgedNetwork;
  readonly #count: number;
  readonly #upsampling: Interpolation;
  readonly #box: Experiment<unknown>['box'];
  readonly #writer: OverlayWriter;
  #done = 0;

  private constructor(
    network: JudgedNetwork,
    count: number,
    upsampling: Interpolation,
    box: Experiment<unknown>['box'],
    writer: OverlayWriter,
  ) {
    this.#network = network;
    this.#count = count;
    this.#upsampling = upsampling;
    this.#box = box;
    this.#writer = writer;
  }

  /** @param box the box of a map, for experiments that draw one */
  static async open(
    folder: string,
    place: Place,
    network: JudgedNetwork,
    count: number,
    upsampling: Interpolation,
    box: Experiment<unknown>['box'],
  ): Promise<RunOverlays> {
    const writer = await OverlayWriter.open(join(folder, 'overlays', fileName(network.name)), place);
    return new RunOverlays(network, count, upsampling, box, writer);
  }

  async add(imagePath: string, image: ExplainedImage): Promise<void> {
    if (this.#done >= this.#count) return;
    this.#done++;
    const pixels = await decodeImage(imagePath);
    const { outputs } = this.#network;
    for (const [row, output] of outputs.entries()) {
      if (readings.has(output.method)) continue;
      // A method may stand there twice, at two layers or with two box rules.
      const twin = outputs.slice(0, row).some(({ method }) => method === output.method);
      const method = twin ? `${output.method}-${row + 1}` : output.method;
      for (const [j, guess] of image.top.entries()) {
        await this.#draw(pixels, image, row, guess, [method, `${j + 1}`], j === 0);
      }
      for (const [j, known] of image.given.entries()) {
        await this.#draw(pixels, image, row, known, [method, 'true'], image.top.length === 0 && j === 0);
      }
    }
  }

  async #draw(
    pixels: RgbImage,
    image: ExplainedImage,
    row: number,
    { classIndex, score, map }: ExplainedClass,
    [method, rank]: readonly [string, string],
    onSheet: boolean,
  ): Promise<void> {
    const { outputs, classes } = this.#network;
    const { id = 'background', name = 'background' } = classes[classIndex] ?? {};
    const { truth, geometry } = image;
    const picture = {
      image: pixels,
      map: map(row),
      geometry,
      upsampling: this.#upsampling,
      box: await this.#box?.(map(row), image, this.#network, row),
      truth: truth.objects.filter((object) => object.classIndex === classIndex).map(({ box }) => box),
      caption: captionOf(name, score, outputs[row]!.method),
    };
    await this.#writer.add(fileName(truth.id, method, `${rank}-${id}`), picture, onSheet);
  }

  async finish(columns: number): Promise<void> {
    await this.#writer.finish(columns);
  }
}
