import { basename, extname, join } from 'node:path';
import type { Box } from '../base/box.js';
import type { LocalizationConfig, NetworkConfig } from '../config/schema.js';
import type { ClassInfo } from '../datasets/sample.js';
import { ConfigError } from '../errors.js';
import type { BoxRule } from '../eval/largest-box.js';
import { compiledCache } from '../fetch/cache.js';
import { decodeImage, imageSize } from '../images/decode.js';
import { writeNpy } from '../images/npy.js';
import { channelsOf, type InputSpec, inputGeometry, inputPixels, writeInput } from '../images/preprocess.js';
import { createExplainer } from '../methods/create-explainer.js';
import { type ExplainedBatch, type Explainer, mapOf } from '../methods/explainer.js';
import { readings } from '../methods/registry.js';
import { shortRule } from '../report/console-report.js';
import { BoxDrawer } from './box-drawer.js';
import { boxRules, describeBoxRule } from './boxes.js';
import { banner, settledEngine } from './engine-choice.js';
import { requestsOf } from './explainers.js';
import { writing } from './files.js';
import { classNamed, numberedLabels } from './labels.js';
import { captionOf, fileName, OverlayWriter } from './overlays.js';

/** More methods than the first go into rows of the second. */
const WIDEST = 8;
const FOLDED = 5;

export interface ExplainOptions {
  readonly images: readonly string[];
  /** Path of the ONNX file. */
  readonly model: string;
  readonly input: InputSpec;
  /** With layers and box rules of their own, where they have them; no α is left to be searched. */
  readonly methods: NetworkConfig['methods'];
  /** For methods that name none. */
  readonly layer?: string | undefined;
  /** The best so many classes of each image, or these classes by name or index. */
  readonly classes: { readonly top: number } | { readonly named: readonly string[] };
  /** Names in the network's order; numbers stand in when they are not known. */
  readonly labels?: readonly ClassInfo[] | undefined;
  readonly background: boolean;
  readonly localization: LocalizationConfig;
  readonly engine?: string | undefined;
  readonly provider?: string | undefined;
  readonly threads?: number | undefined;
  readonly out: string;
  /** Also write the maps and the logits as float32 .npy files. */
  readonly npy: boolean;
  /** A line for people: what computes. */
  readonly note: (line: string) => void;
}

/** One explanation, for the lines that the command prints. */
export interface Explained {
  readonly image: string;
  readonly method: string;
  readonly layer: string;
  readonly className: string;
  readonly score: number;
  /** The rule that drew the box, in short words. */
  readonly rule: string;
  /** In pixels of the image; undefined when the map has no positive value. */
  readonly box: Box | undefined;
}

export interface ExplainResult {
  readonly explained: readonly Explained[];
  readonly sheet: string | undefined;
}

/** Names for every output of the network, a background class included. @throws ConfigError when they do not fit */
function outputLabels({ labels, background }: ExplainOptions, count: number): readonly ClassInfo[] {
  if (labels === undefined) return numberedLabels(count);
  const all = background ? [{ id: 'background', name: 'background' }, ...labels] : labels;
  if (all.length === count) return all;
  throw new ConfigError(`there are ${labels.length} class names, the network has ${count} classes`);
}

/**
 * Explains single images: overlays, a contact sheet and, on request, raw maps in `out`.
 * @throws BenchError for an image, a class or a method that cannot be used
 */
export async function explainImages(options: ExplainOptions): Promise<ExplainResult> {
  for (const { name } of options.methods) {
    if (!readings.has(name)) continue;
    throw new ConfigError(`${name} gives numbers that are no map; \`bench list\` shows the methods`);
  }
  const { classes, input } = options;
  const { passedOver, ...engine } = await settledEngine(options.engine ?? 'auto', options.provider);
  const given = 'named' in classes;
  const cache = compiledCache(process.env);
  const explainer = await createExplainer({
    ...(cache === undefined ? {} : { cache }),
    model: options.model,
    requests: requestsOf(options.methods),
    k: given ? classes.named.length : classes.top,
    classes: given ? 'given' : 'top',
    input: { height: input.height, width: input.width },
    ...(input.resize === 'short-side' ? { anySize: true } : {}),
    ...(options.layer === undefined ? {} : { layer: options.layer }),
    ...engine,
    ...(options.threads === undefined ? {} : { threads: options.threads }),
  });
  try {
    const labels = outputLabels(options, explainer.classCount);
    const ids = given ? Int32Array.from(classes.named, (name) => classNamed(name, labels)) : undefined;
    // What is no image is found out before the first of them is explained.
    for (const path of options.images) await imageSize(path);
    options.note(banner(explainer, { passedOver }));
    const writer = await OverlayWriter.open(options.out);
    const rules = boxRules(options, options.localization);
    const drawer = await BoxDrawer.for(rules);
    const explained: Explained[] = [];
    const at = { explainer, labels, ids, writer, drawer, rules };
    for (const index of options.images.keys()) explained.push(...(await explainImage(options, at, index)));
    return { explained, sheet: await writer.finish(sheetColumns(explainer)) };
  } finally {
    await explainer.close();
  }
}

/** A row of the sheet holds a method's classes, or an image's methods as long as they fit. */
function sheetColumns({ k, outputs }: Explainer): number {
  if (k > 1) return k;
  return outputs.length > WIDEST ? FOLDED : outputs.length;
}

/** Images of one name in different folders must not write over each other. */
function stem(images: readonly string[], index: number): string {
  const name = (path: string) => basename(path, extname(path));
  const own = name(images[index]!);
  const twins = images.filter((path) => name(path) === own).length > 1;
  return fileName(twins ? `${index + 1}-${own}` : own);
}

/** What all images have in common. */
interface Workplace {
  readonly explainer: Explainer;
  readonly labels: readonly ClassInfo[];
  readonly ids: Int32Array | undefined;
  readonly writer: OverlayWriter;
  readonly drawer: BoxDrawer;
  readonly rules: readonly BoxRule[];
}

async function explainImage(
  options: ExplainOptions,
  { explainer, labels, ids, writer, drawer, rules }: Workplace,
  index: number,
): Promise<Explained[]> {
  const path = options.images[index]!;
  const image = await decodeImage(path);
  const shown = inputPixels(image, options.input);
  const { width, height } = shown;
  const pixels = new Float32Array(channelsOf(options.input) * height * width);
  writeInput(shown, options.input, pixels, 0);
  const geometry = inputGeometry(image, options.input);
  const batch = await explainer.run(pixels, 1, ids, { width, height });
  const name = stem(options.images, index);
  if (options.npy) await writeArrays(options.out, name, explainer, batch);
  const explained: Explained[] = [];
  for (const [row, { method, layer }] of explainer.outputs.entries()) {
    const rule = rules[row]!;
    for (let j = 0; j < explainer.k; j++) {
      const id = batch.classIds[j]!;
      const { id: classId, name: className } = labels[id]!;
      const map = mapOf(batch, row, explainer.k, 0, j);
      const box = drawer.box(map, { geometry, pixels: shown }, rule);
      const score = batch.logits[id]!;
      const caption = captionOf(className, score, method);
      const { upsampling } = options.localization;
      const picture = { image, map, geometry, upsampling, box, truth: [], caption };
      await writer.add(fileName(name, `${row + 1}-${method}`, `${j + 1}-${classId}`), picture, true);
      const words = shortRule(describeBoxRule(rule));
      explained.push({ image: path, method, layer, className, score, rule: words, box });
    }
  }
  return explained;
}

/** The raw maps, float32 [k, h, w] at the layer's own resolution, one file per method, and the logits [classes]. */
async function writeArrays(folder: string, name: string, explainer: Explainer, batch: ExplainedBatch) {
  const write = (file: string, data: Float32Array, shape: readonly number[]) =>
    writing(join(folder, file), () => writeNpy(join(folder, file), data, shape));
  await write(`${name}.logits.npy`, batch.logits, [explainer.classCount]);
  for (const [row, { method }] of explainer.outputs.entries()) {
    const { height, width } = batch.sizes[row]!;
    const file = fileName(name, `${row + 1}-${method}`, 'npy');
    await write(file, batch.maps[row]!, [explainer.k, height, width]);
  }
}
