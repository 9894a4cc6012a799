import { describePixels } from '../cards/describe.js';
import { factsOf } from '../cards/find.js';
import { readsCommonLayer } from '../explainer/file/explained-network.js';
import { resolveModel } from '../fetch/resolve.js';
import { type CompiledFile, compileFile } from '../run/compile-file.js';
import { programVersion } from '../run/versions.js';
import { checkCompileOptions, checkScore } from './checked-options.js';
import { expectedInput, layeredInput, specOf } from './expected-input.js';
import { labelsOf } from './labels-of.js';
import type { LoadOptions } from './options.js';
import { pathOf } from './picture.js';

/** What a compiled file is to hold. */
export interface CompileOptions
  extends Pick<LoadOptions, 'preset' | 'input' | 'labels' | 'background' | 'layer' | 'output' | 'score'> {
  /** Methods by name, each once; `grad-cam` by default. */
  readonly methods?: readonly string[] | undefined;
  /** How many of the best classes the graph explains; 5 by default, 0 where `given` says how many are given. */
  readonly top?: number | undefined;
  /** How many class ids are an input; 0 by default. */
  readonly given?: number | undefined;
  /** The size of the maps: that of their layers by default, or the input's. */
  readonly mapSize?: 'layer' | 'input' | undefined;
  /** Takes pictures as uint8 [N, height, width, 3] and does the preprocessing itself, which then must be known. */
  readonly embedPreprocessing?: boolean | undefined;
  /** Writes weights twice that OpenVINO would read wrongly; true by default. */
  readonly portable?: boolean | undefined;
  /** Where the weights are; inline by default, and beside where they need it. */
  readonly weights?: 'inline' | 'beside' | undefined;
  /** Writes over files that are there; false by default. */
  readonly overwrite?: boolean | undefined;
}

const DEFAULT_METHOD = 'grad-cam';
const DEFAULT_TOP = 5;

/**
 * Writes a network with its explanations as one ONNX file, for other runtimes: what `bench compile` writes.
 * @param file path or file URL of an ONNX file, or the name of a fetched network
 * @param out path or file URL of the file to write
 * @throws ModelError for a network that cannot be explained, and for a file that is there; ConfigError for options that do
 *   not fit
 */
export async function compile(
  file: string | URL,
  out: string | URL,
  options: CompileOptions = {},
): Promise<CompiledFile> {
  checkCompileOptions(options);
  checkScore(options.score);
  const [name, target] = [pathOf(file), pathOf(out)];
  const model = resolveModel(name);
  const facts = factsOf(name, model);
  const card = facts.card?.card;
  const { methods = [DEFAULT_METHOD], given = 0, embedPreprocessing = false } = options;
  const known = layeredInput(model, facts, options);
  const spec = specOf(known);
  const isKnown = [...known.from.keys()].some((key) => key !== 'size');
  const cardLayer = methods.some(readsCommonLayer) ? card?.layer : undefined;
  return compileFile({
    ...(await labelsOf(options.labels, facts.card)),
    background: options.background ?? card?.background ?? false,
    model,
    card,
    input: known.input.size === undefined ? undefined : { height: spec.height, width: spec.width },
    preprocessing: isKnown ? { keys: known.input, words: describePixels(spec, known) } : undefined,
    embedded: embedPreprocessing ? expectedInput(model, facts, options) : undefined,
    methods,
    layer: options.layer ?? cardLayer,
    layerAsked: options.layer !== undefined,
    output: options.output ?? card?.output,
    score: options.score ?? card?.score,
    top: options.top ?? (given > 0 ? 0 : DEFAULT_TOP),
    topAsked: options.top !== undefined,
    given,
    atInput: options.mapSize === 'input',
    portable: options.portable ?? true,
    weights: options.weights,
    out: target,
    force: options.overwrite ?? false,
    version: await programVersion(),
  });
}
