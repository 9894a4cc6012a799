import { basename, extname, join } from 'node:path';
import type { LocalizationConfig } from '../config/schema.js';
import type { ClassInfo } from '../datasets/sample.js';
import { ConfigError } from '../errors.js';
import type { Box } from '../eval/box.js';
import { compiledCache } from '../fetch/cache.js';
import { decodeImage } from '../images/decode.js';
import { writeNpy } from '../images/npy.js';
import { type InputSpec, inputGeometry, inputPixels, writeInput } from '../images/preprocess.js';
import { createExplainer } from '../methods/create-explainer.js';
import { type ExplainedBatch, type Explainer, type ExplanationRequest, mapOf } from '../methods/explainer.js';
import { readings } from '../methods/registry.js';
import { BoxDrawer } from './box-drawer.js';
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
  readonly requests: readonly ExplanationRequest[];
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
}

/** One explanation, for the lines that the command prints. */
export interface Explained {
  readonly image: string;
  readonly method: string;
  readonly layer: string;
  readonly className: string;
  readonly score: number;
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
  for (const { method } of options.requests) {
    if (!readings.has(method)) continue;
    throw new ConfigError(`${method} gives numbers that are no map; \`bench list\` shows the methods`);
  }
  const { classes, input } = options;
  const given = 'named' in classes;
  const cache = compiledCache(process.env);
  const explainer = await createExplainer({
    ...(cache === undefined ? {} : { cache }),
    model: options.model,
    requests: options.requests,
    k: given ? classes.named.length : classes.top,
    classes: given ? 'given' : 'top',
    input: { height: input.height, width: input.width },
    ...(input.resize === 'short-side' ? { anySize: true } : {}),
    ...(options.layer === undefined ? {} : { layer: options.layer }),
    ...(options.engine === undefined ? {} : { engine: options.engine }),
    ...(options.provider === undefined ? {} : { provider: options.provider }),
    ...(options.threads === undefined ? {} : { threads: options.threads }),
  });
  try {
    const labels = outputLabels(options, explainer.classCount);
    const ids = given ? Int32Array.from(classes.named, (name) => classNamed(name, labels)) : undefined;
    const writer = await OverlayWriter.open(options.out);
    const drawer = await BoxDrawer.for([options.localization]);
    const explained: Explained[] = [];
    for (const [index, path] of options.images.entries()) {
      explained.push(...(await explainImage(options, explainer, labels, ids, writer, drawer, path, index)));
    }
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

async function explainImage(
  options: ExplainOptions,
  explainer: Explainer,
  labels: readonly ClassInfo[],
  ids: Int32Array | undefined,
  writer: OverlayWriter,
  drawer: BoxDrawer,
  path: string,
  index: number,
): Promise<Explained[]> {
  const { localization } = options;
  const image = await decodeImage(path);
  const shown = inputPixels(image, options.input);
  const { width, height } = shown;
  const pixels = new Float32Array(3 * height * width);
  writeInput(shown, options.input, pixels, 0);
  const geometry = inputGeometry(image, options.input);
  const batch = await explainer.run(pixels, 1, ids, { width, height });
  const name = stem(options.images, index);
  if (options.npy) await writeArrays(options.out, name, explainer, batch);
  const explained: Explained[] = [];
  for (const [row, output] of explainer.outputs.entries()) {
    for (let j = 0; j < explainer.k; j++) {
      const id = batch.classIds[j]!;
      const { id: classId, name: className } = labels[id]!;
      const map = mapOf(batch, row, explainer.k, 0, j);
      const box = drawer.box(map, { geometry, pixels: shown }, localization);
      const score = batch.logits[id]!;
      const caption = captionOf(className, score, output.method);
      const { upsampling } = localization;
      const picture = { image, map, geometry, upsampling, box, truth: [], caption };
      await writer.add(fileName(name, `${row + 1}-${output.method}`, `${j + 1}-${classId}`), picture, true);
      explained.push({ image: path, method: output.method, layer: output.layer, className, score, box });
    }
  }
  return explained;
}

/** The raw maps, float32 [k, h, w] at the layer's own resolution, one file per method, and the logits [classes]. */
async function writeArrays(folder: string, name: string, explainer: Explainer, batch: ExplainedBatch) {
  await writeNpy(join(folder, `${name}.logits.npy`), batch.logits, [explainer.classCount]);
  for (const [row, { method }] of explainer.outputs.entries()) {
    const { height, width } = batch.sizes[row]!;
    const file = fileName(name, `${row + 1}-${method}`, 'npy');
    await writeNpy(join(folder, file), batch.maps[row]!, [explainer.k, height, width]);
  }
}
