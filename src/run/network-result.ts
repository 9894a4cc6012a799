import { stat } from 'node:fs/promises';
import type { BenchConfig, NetworkConfig } from '../config/schema.js';
import type { Dataset } from '../datasets/sample.js';
import type { Explainer } from '../methods/explainer.js';
import type { PaperTable } from '../report/paper.js';
import type { PairRow, TableRow } from '../report/rows.js';
import { boxRules, centerBoxRule, describeBoxRule } from './boxes.js';
import { type AtomicWriter, hashFile } from './files.js';
import { imageLines } from './image-rows.js';
import { inputSpec } from './input-spec.js';
import { type NetworkOutcome, runNetwork, type Timings } from './network.js';
import type { RunReporter } from './reporter.js';
import { RunOverlays } from './run-overlays.js';
import { type NamedRow, pairRows, tableRow } from './table.js';
import { TruthHash } from './truth-hash.js';

export interface NetworkReport {
  readonly name: string;
  readonly timings: Timings;
  /** Share of the wall time in which the network was not at work, 0…1. */
  readonly shareOutside: number;
  readonly imagesPerSecond: number;
  readonly scaled: number;
  readonly failures: NetworkOutcome['failures'];
}

export interface NetworkResult {
  readonly rows: readonly TableRow[];
  readonly pairs: readonly PairRow[];
  readonly report: NetworkReport;
  /** What run.json says about the network. */
  readonly record: unknown;
}

/** What all networks of a run share. */
export interface SharedOptions {
  readonly config: BenchConfig;
  readonly out: string;
  readonly overlays: number;
  readonly reporter: RunReporter;
  readonly dataset: Dataset;
  readonly ids: readonly string[];
  readonly paper: PaperTable;
  readonly images: AtomicWriter;
}

function namedRows(network: NetworkConfig, explainer: Explainer, config: BenchConfig): NamedRow[] {
  const { name, model } = network;
  const { localization } = config;
  const rules = boxRules(network, localization);
  const shared = { network: name, paper: model.paper };
  return [
    ...explainer.outputs.map(({ method, layer }, i) => ({
      ...shared,
      method,
      layer,
      boxRule: describeBoxRule(rules[i]!),
    })),
    { ...shared, method: 'center-box', layer: '', boxRule: centerBoxRule(localization) },
  ];
}

/** Runs one network over the data, writes its lines and pictures, and gathers its rows of the tables. */
export async function oneNetwork(
  shared: SharedOptions,
  network: NetworkConfig,
  explainer: Explainer,
): Promise<NetworkResult> {
  const { config, dataset, ids, paper, images, reporter, out, overlays } = shared;
  const { localization } = config;
  const names = namedRows(network, explainer, config);
  const truth = new TruthHash();
  const pictures =
    overlays > 0
      ? await RunOverlays.open(out, network.name, overlays, dataset.classes, localization)
      : undefined;
  reporter.networkStarted(network.name, ids.length);
  const outcome = await runNetwork({
    explainer,
    dataset,
    ids,
    localization,
    boxRules: boxRules(network, localization),
    input: inputSpec(network.model.input),
    background: network.model.background,
    batch: config.batch,
    onImage: async (image, judged, maps) => {
      truth.add(image.sample);
      await images.write(imageLines(names, image, judged, dataset.classes, localization.top));
      await pictures?.add(image, judged, maps, explainer.outputs);
    },
    onFailure: (failure) => reporter.failed(failure),
    onProgress: (done) => reporter.advanced(done),
  });
  reporter.networkFinished();
  await pictures?.finish(explainer.outputs.length);
  const report = networkReport(network.name, outcome, ids.length);
  return {
    rows: names.map((row, i) => tableRow(row, outcome.evaluators[i]!, config, paper)),
    pairs: pairRows(names, outcome.evaluators, config),
    report,
    record: await networkRecord(network, explainer, outcome, report, truth.digest()),
  };
}

function networkReport(name: string, outcome: NetworkOutcome, images: number): NetworkReport {
  const { timings, scaled, failures } = outcome;
  const share = timings.wall > 0 ? Math.max(0, 1 - timings.network / timings.wall) : 0;
  return {
    name,
    timings,
    scaled,
    failures,
    shareOutside: Math.round(share * 10_000) / 10_000,
    imagesPerSecond: timings.wall > 0 ? Math.round((100 * images) / timings.wall) / 100 : 0,
  };
}

async function networkRecord(
  { name, model }: NetworkConfig,
  explainer: Explainer,
  { failures, scaled, timings }: NetworkOutcome,
  { shareOutside, imagesPerSecond }: NetworkReport,
  truth: string,
) {
  return {
    name,
    model: { bytes: (await stat(model.onnx)).size, sha256: await hashFile(model.onnx) },
    outputs: explainer.outputs,
    sha256_of_truth: truth,
    images_with_scaled_boxes: scaled,
    failures,
    seconds: timings,
    share_outside_network: shareOutside,
    images_per_second: imagesPerSecond,
  };
}
