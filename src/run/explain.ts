import { basename, extname, join } from 'node:path';
import type { Box } from '../base/box.js';
import { ConfigError, TooFewClasses } from '../base/errors.js';
import { probabilitiesOver } from '../base/probabilities.js';
import type { ClassInfo } from '../base/sample.js';
import type { LocalizationConfig, NetworkConfig } from '../config/schema.js';
import type { BoxRule } from '../eval/boxes/largest-box.js';
import { distinctWords } from '../eval/file-word.js';
import { boxRules, describeBoxRule } from '../experiments/localization/boxes.js';
import { BoxDrawer } from '../experiments/localization/drawer.js';
import { createExplainer } from '../explainer/create-explainer.js';
import { type ExplainedBatch, type Explainer, mapOf } from '../explainer/explainer.js';
import { compiledCache } from '../fetch/cache.js';
import type { ScoreKind } from '../graph/scores/score.js';
import { decodeImage, imageSize } from '../images/decode.js';
import { writeNpy } from '../images/npy.js';
import { channelsOf, type InputSpec, inputGeometry, inputPixels, writeInput } from '../images/preprocess.js';
import { readings } from '../methods/registry.js';
import { shortRule } from '../report/localization-table.js';
import { banner, settledEngine } from './engine-choice.js';
import { requestsOf } from './explainers.js';
import { writing } from './files.js';
import { withChannels } from './input-spec.js';
import { classNamed } from './labels.js';
import { labelCount, type NamedOutputs, outputLabels } from './output-labels.js';
import { captionOf, fileName, OverlayWriter } from './overlays.js';

/** More methods than the first go into rows of the second. */
const WIDEST = 8;
const FOLDED = 5;

export interface ExplainOptions extends NamedOutputs {
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
}

/**
 * Explains single images: overlays, contact sheets and, on request, raw maps in `out`.
 * @returns the paths of the contact sheets
 * @throws BenchError for an image, a class or a method that cannot be used
 */
export async function explainImages(options: ExplainOptions): Promise<readonly string[]> {
  for (const { name } of options.methods) {
    if (!readings.has(name)) continue;
    throw new ConfigError(`${name} gives numbers that are no map; \`bench list\` shows the methods`);
  }
  const { classes, input } = options;
  const { passedOver, ...engine } = await settledEngine(options.engine ?? 'auto', options.provider);
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
    const writer = await OverlayWriter.open(options.out, sheetColumns(explainer));
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

/** A row of the sheet holds a method's classes, or an image's methods as long as they fit. */
function sheetColumns({ k, outputs }: Explainer): number {
  if (k > 1) return k;
  return outputs.length > WIDEST ? FOLDED : outputs.length;
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
  readonly writer: OverlayWriter;
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
  const batch = await explainer.run(pixels, 1, ids, { width, height });
  const draw = await drawer.on({ geometry, pixels: shown });
  if (options.npy) await writeArrays(options.out, name, explainer, batch);
  const probabilityOf = probabilitiesOver(explainer.scored.probability, batch.logits);
  for (const [row, { method, layer }] of explainer.outputs.entries()) {
    const rule = rules[row]!;
    for (let j = 0; j < explainer.k; j++) {
      const id = batch.classIds[j]!;
      const { id: classId, name: className } = labels[id]!;
      const map = mapOf(batch, row, explainer.k, 0, j);
      const box = draw(map, row);
      const score = batch.logits[id]!;
      const caption = captionOf(className, score, method);
      const { upsampling } = options.localization;
      const picture = { image, map, geometry, upsampling, box, truth: [], caption };
      await writer.add(fileName(name, `${row + 1}-${method}`, `${j + 1}-${classId}`), picture, true);
      const words = shortRule(describeBoxRule(rule));
      const probability = probabilityOf(score);
      options.tell({ image: path, method, layer, className, score, probability, rule: words, box });
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
