import { realpathSync } from 'node:fs';
import { basename } from 'node:path';
import { ModelError } from '../base/errors.js';
import type { ClassInfo } from '../base/sample.js';
import type { InputKeys } from '../cards/presets.js';
import { type Card, checkedCard, METADATA_KEY } from '../cards/schema.js';
import { aboutOf, type DescribedValue, describedValues, type Origin } from '../explainer/file/about.js';
import {
  type ExplainedNetwork,
  type ExplainedNetworkOptions,
  explainedNetwork,
  NAMES,
  readsCommonLayer,
} from '../explainer/file/explained-network.js';
import {
  dataPath,
  refuseTaken,
  type WeightsPlace,
  type Written,
  writeFileOf,
} from '../explainer/file/write-file.js';
import type { InputSpec } from '../images/preprocess.js';
import { modelFiles } from '../onnx/read.js';
import { hashFile } from './files.js';
import { withChannels } from './input-spec.js';
import { labelCount, type NamedOutputs, outputLabels } from './output-labels.js';

export interface CompileFileOptions extends Omit<ExplainedNetworkOptions, 'pixels' | 'choice'>, NamedOutputs {
  readonly out: string;
  /** Files that are there already are written over. */
  readonly force: boolean;
  /** Absent: inline, or beside where they need it. */
  readonly weights: WeightsPlace | undefined;
  readonly output: string | undefined;
  readonly score: ExplainedNetworkOptions['choice']['score'];
  /** Of this program. */
  readonly version: string;
  /** The network's card; undefined where it has none. */
  readonly card: Card | undefined;
  /** The preprocessing as keys of a card, and in words; undefined where only the size is known. */
  readonly preprocessing: { readonly keys: InputKeys; readonly words: string } | undefined;
  /** The preprocessing that the file is to do itself. */
  readonly embedded: InputSpec | undefined;
}

export interface CompiledFile extends Written {
  /** Inputs, then outputs. */
  readonly values: readonly DescribedValue[];
  /** Sentences for the user. */
  readonly notes: readonly string[];
}

/**
 * Writes a network with its explanations as an ONNX file for other runtimes.
 * @throws BenchError: one line
 */
export async function compileFile(options: CompileFileOptions): Promise<CompiledFile> {
  const { model, out, embedded, preprocessing } = options;
  const sources = await modelFiles(model);
  refuseSource(out, sources);
  // What cannot be done at the end is said at the beginning.
  await refuseTaken(options.weights === 'beside' ? [out, dataPath(out)] : [out], options.force);
  const network = await explainedNetwork({
    ...options,
    choice: { output: options.output, score: options.score, classes: labelCount(options) },
    pixels: embedded && ((channels) => withChannels(embedded, channels)),
  });
  const labels = options.labels && outputLabels(options, network);
  const origin: Origin = {
    version: options.version,
    network: { file: basename(model), sha256: await hashFile(model) },
    preprocessing: preprocessing?.words,
    embedded: embedded !== undefined,
    atInput: options.atInput,
    metadata: new Map([[METADATA_KEY, JSON.stringify(cardInside(options, network, labels))]]),
  };
  const written = await writeFileOf(
    out,
    network.graph,
    aboutOf(network, origin),
    options.weights,
    options.force,
  );
  return { ...written, values: describedValues(network, origin), notes: network.notes };
}

/** Its weights are read while the file is written. */
function refuseSource(out: string, sources: readonly string[]): void {
  const real = (path: string) => {
    try {
      return realpathSync(path);
    } catch {
      return path;
    }
  };
  const own = new Set(sources.map(real));
  const taken = [out, dataPath(out)].find((path) => own.has(real(path)));
  if (taken !== undefined)
    throw new ModelError(`${taken} is the network itself: name another file with --out`);
}

/**
 * The card as it goes into the file: with the class names themselves, and for the file's own outputs. So the file can be
 * explained again.
 */
function cardInside(
  { card = {}, preprocessing, background }: CompileFileOptions,
  { outputs, nameInside }: ExplainedNetwork,
  labels: readonly ClassInfo[] | undefined,
): Card {
  const { licence, source } = card;
  const layer = outputs.find(({ method }) => readsCommonLayer(method))?.layer ?? card.layer;
  const classes = labels?.map(({ id, name }) => (id === name ? name : `${id} ${name}`));
  const keys = {
    input: preprocessing?.keys,
    classes,
    // Every class has a name here, the background too.
    ...(background && classes === undefined ? { background } : {}),
    layer: layer && nameInside(layer),
    output: NAMES.scores,
    score: 'output',
    licence,
    source,
  };
  const known = Object.fromEntries(Object.entries(keys).filter(([, value]) => value !== undefined));
  return checkedCard(known, 'the card inside the file');
}
