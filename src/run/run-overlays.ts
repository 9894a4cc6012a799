import { basename } from 'node:path';
import type { Interpolation } from '../base/resize-map.js';
import type { Experiment, ExplainedClass, ExplainedImage, JudgedNetwork } from '../eval/experiment.js';
import { FIGURE_STYLE } from '../figures/spec.js';
import { decodeImage } from '../images/decode.js';
import type { Place } from '../lock/place.js';
import { FigureWriter } from './figure-writer.js';
import type { ShownClass, ShownMethod } from './image-figure.js';

/** What an experiment says of its boxes. */
type Boxes = Pick<Experiment<unknown>, 'box' | 'boxWords'>;

/**
 * Writes the figures of a network's first images: a row for each method, a column for each class; the best guess (or else the
 * first true class) on the contact sheet.
 */
export class RunOverlays {
  readonly #network: JudgedNetwork;
  readonly #count: number;
  readonly #upsampling: Interpolation;
  readonly #boxes: Boxes;
  readonly #writer: FigureWriter;
  #done = 0;

  private constructor(
    network: JudgedNetwork,
    count: number,
    upsampling: Interpolation,
    boxes: Boxes,
    writer: FigureWriter,
  ) {
    this.#network = network;
    this.#count = count;
    this.#upsampling = upsampling;
    this.#boxes = boxes;
    this.#writer = writer;
  }

  /**
   * @param folder of this network's figures
   * @param boxes of the experiment, where it draws boxes
   */
  static async open(
    folder: string,
    place: Place,
    network: JudgedNetwork,
    count: number,
    upsampling: Interpolation,
    boxes: Boxes,
  ): Promise<RunOverlays> {
    const files = { folder, format: 'png', style: FIGURE_STYLE, sheets: true, place } as const;
    return new RunOverlays(network, count, upsampling, boxes, await FigureWriter.open(files));
  }

  /** @param word the image's, for the name of its file: of another image it is another */
  async add(imagePath: string, word: string, image: ExplainedImage): Promise<void> {
    if (this.#done >= this.#count) return;
    this.#done++;
    const { name, outputs, classes } = this.#network;
    const { truth, geometry } = image;
    const guessed = new Set(image.top.map(({ classIndex }) => classIndex));
    const shown = [...image.top, ...image.given.filter(({ classIndex }) => !guessed.has(classIndex))];
    const methods: ShownMethod[] = [];
    for (const [row, { method, layer }] of outputs.entries()) {
      const maps = [];
      for (const { map } of shown) {
        const heat = map(row);
        maps.push({ heat, box: await this.#boxes.box?.(heat, image, this.#network, row) });
      }
      methods.push({ method, layer, boxWords: this.#boxes.boxWords?.(this.#network, row), maps });
    }
    await this.#writer.add(word, {
      name: basename(imagePath),
      network: name,
      image: await decodeImage(imagePath),
      geometry,
      upsampling: this.#upsampling,
      classes: shown.map((one) => this.#shownClass(one, image)),
      methods,
      truth: {
        names: truth.labels.map((label) => classes[label]!.name),
        boxes: truth.objects.map(({ box }) => box),
      },
    });
  }

  #shownClass({ classIndex }: ExplainedClass, { scores, truth }: ExplainedImage): ShownClass {
    const boxes = truth.objects.filter((object) => object.classIndex === classIndex).map(({ box }) => box);
    // A class that the data set does not have has no score there; maps from files may have no probabilities.
    const probability = classIndex < 0 ? Number.NaN : scores.probability(classIndex);
    return {
      name: this.#network.classes[classIndex]?.name ?? 'background',
      probability: Number.isNaN(probability) ? undefined : probability,
      right: truth.labels.includes(classIndex),
      truth: boxes,
    };
  }

  async finish(): Promise<void> {
    await this.#writer.finish();
  }
}
