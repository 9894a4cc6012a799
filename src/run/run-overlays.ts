import type { Interpolation } from '../base/resize-map.js';
import type { Experiment, ExplainedClass, ExplainedImage, JudgedNetwork } from '../eval/experiment.js';
import { distinctWords } from '../eval/file-word.js';
import { decodeImage } from '../images/decode.js';
import type { RgbImage } from '../images/rgb-image.js';
import type { Place } from '../lock/place.js';
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
  /** Of the classes' ids, for the names of files. */
  readonly #classWords: readonly string[];
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
    this.#classWords = distinctWords(
      network.classes.map(({ id }) => id),
      false,
    );
  }

  /**
   * @param folder of this network's pictures
   * @param box the box of a map, for experiments that draw one
   * @param columns of the contact sheets
   */
  static async open(
    folder: string,
    place: Place,
    network: JudgedNetwork,
    count: number,
    upsampling: Interpolation,
    box: Experiment<unknown>['box'],
    columns: number,
  ): Promise<RunOverlays> {
    const writer = await OverlayWriter.open(folder, columns, place);
    return new RunOverlays(network, count, upsampling, box, writer);
  }

  /** @param word the image's, for the names of its files: of another image it is another */
  async add(imagePath: string, word: string, image: ExplainedImage): Promise<void> {
    if (this.#done >= this.#count) return;
    this.#done++;
    const pixels = await decodeImage(imagePath);
    const { outputs } = this.#network;
    for (const [row, output] of outputs.entries()) {
      // A method may stand there twice, at two layers or with two box rules.
      const twin = outputs.slice(0, row).some(({ method }) => method === output.method);
      const method = twin ? `${output.method}-${row + 1}` : output.method;
      for (const [j, guess] of image.top.entries()) {
        await this.#draw(pixels, image, row, guess, [word, method, `${j + 1}`], j === 0);
      }
      for (const [j, known] of image.given.entries()) {
        const first = image.top.length === 0 && j === 0;
        await this.#draw(pixels, image, row, known, [word, method, 'true'], first);
      }
    }
  }

  async #draw(
    pixels: RgbImage,
    image: ExplainedImage,
    row: number,
    { classIndex, score, map }: ExplainedClass,
    [word, method, rank]: readonly [string, string, string],
    onSheet: boolean,
  ): Promise<void> {
    const { outputs, classes } = this.#network;
    const { name = 'background' } = classes[classIndex] ?? {};
    const id = this.#classWords[classIndex] ?? 'background';
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
    await this.#writer.add(`${fileName(word, method)}.${rank}-${id}`, picture, onSheet);
  }

  async finish(): Promise<void> {
    await this.#writer.finish();
  }
}
