import { basename, extname, join } from 'node:path';
import type { Box } from '../base/box.js';
import { ConfigError, TooFewClasses } from '../base/errors.js';
import { probabilitiesOver } from '../base/probabilities.js';
import type { ClassInfo } from '../base/sample.js';
import type { LocalizationConfig, NetworkConfig } from '../config/schema.js';
import type { BoxRule } from '../eval/boxes/largest-box.js';
import { distinctWords } from '../eval/file-word.js';
import { boxWords } from '../experiments/localization/box-words.js';
import { boxRules, describeBoxRule } from '../experiments/localization/boxes.js';
import { BoxDrawer } from '../experiments/localization/drawer.js';
import { createExplainer } from '../explainer/create-explainer.js';
import type { Explainer } from '../explainer/explainer.js';
import { type ExplainedBatch, mapOf } from '../explainer/question.js';
import { compiledCache } from '../fetch/cache.js';
import type { FigureFormat } from '../figures/render.js';
import { FIGURE_STYLE, type FigureStyle } from '../figures/spec.js';
import type { ScoreKind } from '../graph/scores/score.js';
import { decodeImage, imageSize } from '../images/decode.js';
import { writeNpy } from '../images/npy.js';
import { channelsOf, type InputSpec, inputGeometry, inputPixels, writeInput } from '../images/preprocess.js';
import { readings } from '../methods/readings/registry.js';
import { shortRule } from '../report/localization-table.js';
import { banner, chosenEngine } from './engine-choice.js';
import { requestsOf } from './explainers.js';
import { FigureWriter, fileName } from './figure-writer.js';
import { writing } from './files.js';
import type { ShownMethod } from './image-figure.js';
import { withChannels } from './input-spec.js';
import { classNamed } from './labels.js';
import { labelCount, type NamedOutputs, outputLabels } from './output-labels.js';

export interface FigureFile {
  readonly format?: FigureFormat;
  /** Name of the one image's figure without its ending; the image's own when absent. */
  readonly file?: string;
}

interface ExplainOptions extends NamedOutputs {
  readonly images: readonly string[];
  /** Path of the ONNX file. */
  readonly model: string;
  readonly input: InputSpec;
  /** With layers and box rules of their own, where they have them; no α is left to be searched. */
  readonly methods: NetworkConfig['methods'];
  /** Of several outputs of the model, the one that holds the scores; which of its numbers are explained. */
  readonly output?: string | undefined;
  readonly score?: ScoreKind | undefined;
  /** For methods that name none. */
  readonly layer?: string | undefined;
  /** The best so many classes of each image, or these classes by name or index. */
  readonly classes: { readonly top: number } | { readonly named: readonly string[] };
  readonly localization: LocalizationConfig;
  readonly engine?: string | undefined;
  readonly provider?: string | undefined;
  readonly threads?: number | undefined;
  readonly out: string;
  /** How figures are drawn and written; as they come when absent. */
  readonly figure?: Partial<FigureStyle> & FigureFile;
  /** What the network is called in figures; its file's name when absent. */
  readonly title?: string | undefined;
  /** Also write the maps and the logits as float32 .npy files. */
  readonly npy: boolean;
  /** A line for people: what computes. */
  readonly note: (line: string) => void;
  /** What came out, as soon as its picture is written. */
  readonly tell: (one: Explained) => void;
}

/** One explanation, for the lines that the command prints. */
export interface Explained {
  readonly image: string;
  readonly method: string;
  readonly layer: string;
  readonly className: string;
  readonly score: number;
  /** Of the class, 0…1, as the network's score head has it. */
  readonly probability: number;
  /** The rule that drew the box, in short words. */
  readonly rule: string;
  /** In pixels of the image; undefined when the map has no positive value. */
  readonly box: Box | undefined;
  /** Path of the figure that shows it. */
  readonly picture: string;
}

/**
 * Explains single images: a figure for each, contact sheets of several and, on request, raw maps in `out`.
 * @returns the paths of the contact sheets
 * @throws BenchError for an image, a class or a method that cannot be used
 */
export async function explainImages(options: ExplainOptions): Promise<readonly string[]> {
  for (const { name } of options.methods) {
    if (!readings.has(name)) continue;
    throw new ConfigError(`${name} gives numbers that are no map; \`bench list\` shows the methods`);
  }
  const { classes, input } = options;
  const { passedOver, ...engine } = await chosenEngine(options.engine ?? 'auto', options.provider);
  const given = 'named' in classes;
  const cache = compiledCache(process.env);
  const create = (k: number) =>
    createExplainer({
      ...(cache === undefined ? {} : { cache }),
      model: options.model,
      choice: { output: options.output, score: options.score, classes: labelCount(options) },
      requests: requestsOf(options.methods),
      k,
      classes: given ? 'given' : 'top',
      input: { height: input.height, width: input.width },
      ...(input.resize === 'short-side' ? { anySize: true } : {}),
      ...(options.layer === undefined ? {} : { layer: options.layer }),
      ...engine,
      ...(options.threads === undefined ? {} : { threads: options.threads }),
    });
  const explainer = given
    ? await create(classes.named.length)
    : await create(classes.top).catch((error: unknown) => {
        const { classCount } = tooFewClasses(error);
        options.note(
          `--top ${classes.top}: the network has ${classCount} classes: all of them are explained`,
        );
        return create(classCount);
      });
  try {
    const labels = outputLabels(options, explainer);
    const spec = withChannels(input, explainer.inputShape[0]);
    const ids = given ? Int32Array.from(classes.named, (name) => classNamed(name, labels)) : undefined;
    // What is no image is found out before the first of them is explained.
    for (const path of options.images) await imageSize(path);
    options.note(banner(explainer, { passedOver }));
    for (const note of explainer.notes) options.note(note);
    const { format = 'png', file: _file, ...style } = options.figure ?? {};
    const sheets = options.images.length > 1;
    const figures = { folder: options.out, format, style: { ...FIGURE_STYLE, ...style }, sheets };
    const writer = await FigureWriter.open(figures);
    const rules = boxRules(options, options.localization);
    const drawer = new BoxDrawer(rules);
    const at = { spec, explainer, labels, ids, writer, drawer, rules };
    const names = stems(options.images);
    for (const [index, path] of options.images.entries())
      await explainImage(options, at, path, names[index]!);
    return await writer.finish();
  } finally {
    await explainer.close();
  }
}

/** @throws the error itself, when it is another one */
function tooFewClasses(error: unknown): TooFewClasses {
  if (error instanceof TooFewClasses) return error;
  if (error instanceof Error && error.cause instanceof TooFewClasses) return error.cause;
  throw error;
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
): Promise<void> {
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
  if (options.npy) await writeArrays(options.out, name, explainer, batch);
  const probabilityOf = probabilitiesOver(explainer.score.probability, batch.logits);
  const classes = Array.from({ length: explainer.k }, (_, j) => {
    const id = batch.classIds[j]!;
    const score = batch.logits[id]!;
    return { name: labels[id]!.name, score, probability: probabilityOf(score), truth: [] };
  });
  const methods = explainer.outputs.map(({ method, layer }, row): ShownMethod => {
    const maps = classes.map((_, j) => {
      const heat = mapOf(batch, row, explainer.k, 0, j);
      return { heat, box: draw(heat, row) };
    });
    return { method, layer, boxWords: boxWords(rules[row]!), maps };
  });
  const network = options.title ?? basename(options.model, extname(options.model));
  const { upsampling } = options.localization;
  const figure = { name: basename(path), network, image, geometry, upsampling, classes, methods };
  const picture = await writer.add(options.figure?.file ?? name, figure);
  for (const [row, { method, layer, maps }] of methods.entries()) {
    const rule = shortRule(describeBoxRule(rules[row]!));
    for (const [j, { name: className, score, probability }] of classes.entries()) {
      const { box } = maps[j]!;
      options.tell({ image: path, method, layer, className, score, probability, rule, box, picture });
    }
  }
}

/** The raw maps, float32 [k, h, w] at the layer's own resolution, one file per method, and the logits [classes]. */
async function writeArrays(folder: string, name: string, explainer: Explainer, batch: ExplainedBatch) {
  const write = (file: string, data: Float32Array, shape: readonly number[]) =>
    writing(join(folder, file), () => writeNpy(join(folder, file), data, shape));
  await write(`${name}.logits.npy`, batch.logits, [explainer.classCount]);
  for (const [row, { method }] of explainer.outputs.entries()) {
    const { height, width } = batch.sizes[row]!;
    await write(`${fileName(name, `${row + 1}-${method}`)}.npy`, batch.maps[row]!, [
      explainer.k,
      height,
      width,
    ]);
  }
}
