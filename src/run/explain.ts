import { basename, extname, join } from 'node:path';
import { ConfigError, DataError, messageOf } from '../base/errors.js';
import { probabilitiesOver } from '../base/probabilities.js';
import type { ClassInfo } from '../base/sample.js';
import type { BoxRule } from '../eval/boxes/largest-box.js';
import { distinctWords } from '../eval/file-word.js';
import { boxWords } from '../experiments/localization/box-words.js';
import { boxRules, describeBoxRule } from '../experiments/localization/boxes.js';
import { BoxDrawer } from '../experiments/localization/drawer.js';
import type { Explainer } from '../explainer/explainer.js';
import { type ExplainedBatch, mapOf } from '../explainer/question.js';
import { FIGURE_STYLE } from '../figures/spec.js';
import { decodeImage } from '../images/decode.js';
import { writeNpy } from '../images/npy.js';
import { channelsOf, type InputSpec, inputGeometry, inputPixels, writeInput } from '../images/preprocess.js';
import { readings } from '../methods/readings/registry.js';
import { shortRule } from '../report/localization-table.js';
import type { Failure } from './batches.js';
import { chosenEngine, noteEngine } from './engine-choice.js';
import type {
  Explained,
  ExplainedPicture,
  ExplainOptions,
  ExplainResult,
  NamedClass,
} from './explain-options.js';
import { createFor, readable } from './explain-start.js';
import { FigureWriter, fileName } from './figure-writer.js';
import { writing } from './files.js';
import type { ShownMethod } from './image-figure.js';
import { withChannels } from './input-spec.js';
import { classNamed } from './labels.js';
import { outputLabels } from './output-labels.js';

/**
 * Explains single images: a figure for each, contact sheets of several and, on request, raw maps in `out`. An image that cannot be read is a
 * failure in the result.
 * @throws BenchError for a class or a method that cannot be used, and for what cannot be written
 */
export async function explainImages(options: ExplainOptions): Promise<ExplainResult> {
  for (const { name } of options.methods) {
    if (!readings.has(name)) continue;
    throw new ConfigError(`${name} gives numbers that are no map; \`bench list\` shows the methods`);
  }
  const { input } = options;
  const { passedOver, ...engine } = await chosenEngine(options.engine ?? 'auto', options.provider);
  options.compiling();
  const explainer = await createFor(options, engine);
  try {
    const labels = outputLabels(options, explainer);
    const spec = withChannels(input, explainer.inputShape[0]);
    const { named } = options.classes;
    const ids = named.length === 0 ? undefined : Int32Array.from(named, (name) => classNamed(name, labels));
    const failures: Failure[] = [];
    // A file that is no image is found before the first of them is explained.
    const images = await readable(options.images, (failure) => {
      failures.push(failure);
      options.failed(failure);
    });
    if (images.length === 0) return { sheets: [], failures, device: undefined };
    noteEngine({ ...engine, threads: options.threads }, explainer, passedOver, options);
    for (const note of [...(options.notes ?? []), ...explainer.notes]) options.note(note);
    const { format = 'png', file: _file, ...style } = options.figure ?? {};
    const figures = { folder: options.out, format, style: { ...FIGURE_STYLE, ...style } };
    const writer = await FigureWriter.open({ ...figures, sheets: options.images.length > 1 });
    const rules = boxRules(options, options.localization);
    const drawer = new BoxDrawer(rules);
    const at = { spec, explainer, labels, ids, writer, drawer, rules };
    const names = stems(images);
    for (const [index, path] of images.entries()) {
      try {
        options.done(await explainImage(options, at, path, names[index]!));
      } catch (error) {
        // What cannot be written is no fault of the image's.
        if (!(error instanceof DataError)) throw error;
        failures.push({ id: path, message: messageOf(error) });
        options.failed(failures.at(-1)!);
      }
    }
    return { sheets: await writer.finish(), failures, device: explainer.device };
  } finally {
    await explainer.close();
  }
}

/** Names without folders and endings, which several images may have in common, as words of file names. */
function stems(images: readonly string[]): string[] {
  return distinctWords(images.map((path) => basename(path, extname(path))));
}

/** What all images have in common. */
interface Workplace {
  readonly spec: InputSpec;
  readonly explainer: Explainer;
  readonly labels: readonly ClassInfo[];
  readonly ids: Int32Array | undefined;
  readonly writer: FigureWriter;
  readonly drawer: BoxDrawer;
  readonly rules: readonly BoxRule[];
}

async function explainImage(
  options: ExplainOptions,
  { spec, explainer, labels, ids, writer, drawer, rules }: Workplace,
  path: string,
  name: string,
): Promise<ExplainedPicture> {
  const image = await decodeImage(path);
  const shown = inputPixels(image, spec);
  const { width, height } = shown;
  const pixels = new Float32Array(channelsOf(spec) * height * width);
  writeInput(shown, spec, pixels, 0);
  const geometry = inputGeometry(image, spec);
  const batch = await explainer.ask({
    kind: 'pass',
    images: pixels,
    n: 1,
    classIds: ids,
    size: { width, height },
  });
  const draw = await drawer.on({ geometry, pixels: shown });
  const probabilityOf = probabilitiesOver(explainer.score.probability, batch.logits);
  // A class that was asked for may be one of the best, too.
  const places = [...batch.classIds.keys()].filter((j) => batch.classIds.indexOf(batch.classIds[j]!) === j);
  if (options.npy) await writeArrays(options.out, name, explainer, batch, places);
  const classes = places.map((j): NamedClass => {
    const index = batch.classIds[j]!;
    const score = batch.logits[index]!;
    return { index, ...labels[index]!, score, probability: probabilityOf(score) };
  });
  const methods = explainer.outputs.map(({ method, layer }, row): ShownMethod => {
    const maps = places.map((j) => {
      const heat = mapOf(batch, row, explainer.k, 0, j);
      return { heat, box: draw(heat, row) };
    });
    return { method, layer, boxWords: boxWords(rules[row]!), maps };
  });
  const network = options.title ?? basename(options.model, extname(options.model));
  const { upsampling } = options.localization;
  const drawn = classes.map((one) => ({ ...one, truth: [] }));
  const figure = { name: basename(path), network, image, geometry, upsampling, classes: drawn, methods };
  const picture = await writer.add(options.figure?.file ?? name, figure);
  const maps = methods.flatMap(({ method, layer, maps: own }, row) => {
    const rule = shortRule(describeBoxRule(rules[row]!));
    return classes.map(({ name: className, score, probability }, i): Explained => {
      const { box } = own[i]!;
      return { image: path, method, layer, className, score, probability, rule, box };
    });
  });
  for (const one of maps) options.tell(one);
  return { image: path, classes, maps, figure: picture };
}

/** The raw maps, float32 [k, h, w] at the layer's own resolution, one file per method, and the logits [classes]. */
/** @param places those of the batch's classes that are shown, in their order: a map for each */
async function writeArrays(
  folder: string,
  name: string,
  explainer: Explainer,
  batch: ExplainedBatch,
  places: readonly number[],
) {
  const write = (file: string, data: Float32Array, shape: readonly number[]) =>
    writing(join(folder, file), () => writeNpy(join(folder, file), data, shape));
  await write(`${name}.logits.npy`, batch.logits, [explainer.classCount]);
  for (const [row, { method }] of explainer.outputs.entries()) {
    const { height, width } = batch.sizes[row]!;
    const maps = new Float32Array(places.length * height * width);
    for (const [i, j] of places.entries()) {
      maps.set(mapOf(batch, row, explainer.k, 0, j).data, i * height * width);
    }
    await write(`${fileName(name, `${row + 1}-${method}`)}.npy`, maps, [places.length, height, width]);
  }
}
