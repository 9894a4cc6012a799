import { DataError, messageOf } from '../base/errors.js';
import type { BenchConfig } from '../config/schema.js';
import type { Dataset } from '../datasets/dataset.js';
import type { Experiment, ExplainedImage, JudgedNetwork, Needs } from '../eval/experiment.js';
import { pixelScale } from '../images/pixel-scale.js';
import type { LoadedImage } from './batches.js';
import type { CompiledNetwork } from './data-classes.js';
import { batchExplainer } from './explained.js';
import { coveredInput, inputSpec } from './input-spec.js';
import { type Entry, judgedEntry } from './journal/entries.js';
import { mapsExplainer } from './maps-explained.js';

/** The images of a run. */
export interface RunImages {
  readonly config: BenchConfig;
  readonly dataset: Dataset;
  /** The images of the run, in its order. */
  readonly ids: readonly string[];
}

/** How a network's images are read and explained, for `runNetwork`. @param index in the configuration */
export function networkRun(
  { config, dataset, ids }: RunImages,
  needs: Needs,
  index: number,
  compiled: CompiledNetwork,
) {
  const { maps } = compiled;
  const { classes } = dataset;
  return {
    explain:
      maps === undefined
        ? batchExplainer(compiled, needs, classes.length)
        : mapsExplainer({ ...compiled, maps }, needs, classes),
    feeds: maps === undefined,
    dataset,
    ids,
    input: inputSpec(coveredInput(config.networks[index]!), compiled.explainer.inputShape[0]),
    keepPixels: needs.pixels,
  };
}

/** What is the same for all batches of a network that an experiment judges, whoever runs them. */
export function networkBasis(
  { experiment, ...data }: RunImages & { readonly experiment: Experiment<unknown> },
  index: number,
  compiled: CompiledNetwork,
) {
  const { explainer, mapping } = compiled;
  const run = networkRun(data, experiment.needs, index, compiled);
  const network: JudgedNetwork = {
    name: data.config.networks[index]!.name,
    index,
    outputs: explainer.outputs,
    readings: explainer.readings,
    scale: pixelScale(run.input),
    classes: data.dataset.classes,
    members: mapping.members,
    probability: explainer.score.probability,
  };
  const entryOf = async (at: number, { sample }: LoadedImage, image: ExplainedImage): Promise<Entry> => {
    try {
      return judgedEntry(at, sample, await experiment.judge(image, network, at), image.missing);
    } catch (error) {
      // A mask is read only now, and a broken one is this image's failure as a broken picture is.
      if (!(error instanceof DataError)) throw error;
      return { at, id: sample.id, failed: messageOf(error) };
    }
  };
  return { run, network, entryOf };
}
