import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { LoadedConfig } from '../config/load.js';
import type { BenchConfig, NetworkConfig } from '../config/schema.js';
import { openDataset } from '../datasets/registry.js';
import type { ClassInfo, Dataset } from '../datasets/sample.js';
import { ConfigError } from '../errors.js';
import type { Explainer } from '../methods/explainer.js';
import { type PaperTable, readPaperTable } from '../report/paper.js';
import type { DataLabel, PairRow, TableRow } from '../report/rows.js';
import { pairsCsv, tableCsv } from '../report/table-csv.js';
import { centerBoxRule, describeBoxRule } from './boxes.js';
import { dataLabel } from './data-label.js';
import { AtomicWriter, hashFile, hashText, writeAtomically } from './files.js';
import { imageLines, imagesHead } from './image-rows.js';
import { inputSpec } from './input-spec.js';
import { type NetworkOutcome, runNetwork, type Timings } from './network.js';
import { checkPlan } from './plan.js';
import type { RunReporter } from './reporter.js';
import { RunOverlays } from './run-overlays.js';
import { type NamedRow, pairRows, tableRow } from './table.js';
import { createThreadedExplainer } from './threaded-explainer.js';
import { TruthHash } from './truth-hash.js';
import { versions } from './versions.js';

export interface BenchmarkOptions {
  readonly loaded: LoadedConfig;
  /** Folder of the results, made when it does not exist. */
  readonly out: string;
  /** How many images to write overlays for, per network. */
  readonly overlays: number;
  readonly reporter: RunReporter;
}

export interface NetworkReport {
  readonly name: string;
  readonly timings: Timings;
  /** Share of the wall time in which the network was not at work, 0…1. */
  readonly shareOutside: number;
  readonly imagesPerSecond: number;
  readonly scaled: number;
  readonly failures: NetworkOutcome['failures'];
}

export interface BenchmarkResult {
  readonly rows: readonly TableRow[];
  readonly pairs: readonly PairRow[];
  readonly data: DataLabel;
  readonly top: readonly number[];
  readonly networks: readonly NetworkReport[];
}

/**
 * The main job: every network over the data set, then table.csv, images.csv, pairs.csv and run.json in `out`.
 *
 * @throws BenchError for what the user can mend; a broken image is no error but a failure in the result
 */
export async function runBenchmark(options: BenchmarkOptions): Promise<BenchmarkResult> {
  const { loaded, out, reporter } = options;
  const { config } = loaded;
  const began = performance.now();
  const paper = await readPaperTable();
  await checkPlan(config, paper);
  const dataset = await openDataset(config.dataset);
  const ids = dataset.ids.slice(0, config.dataset.limit);
  const results = await withExplainers(config, dataset.classes, async (explainers) => {
    await mkdir(out, { recursive: true });
    const images = await AtomicWriter.open(join(out, 'images.csv'));
    try {
      await images.write(imagesHead(config.localization.top));
      const shared = { ...options, dataset, ids, paper, images };
      const done = await allNetworks(shared, explainers);
      await images.finish();
      return done;
    } catch (error) {
      await images.abandon();
      throw error;
    }
  });
  const data = dataLabel(dataset, ids.length);
  const rows = results.flatMap((result) => result.rows);
  const pairs = results.flatMap((result) => result.pairs);
  const { top } = config.localization;
  await writeAtomically(join(out, 'table.csv'), tableCsv(rows, top, data));
  await writeAtomically(join(out, 'pairs.csv'), pairsCsv(pairs));
  const run = {
    config: { name: loaded.name, ...config },
    versions: await versions(),
    data: {
      label: data.label,
      provenance: dataset.provenance,
      images: ids.length,
      classes: dataset.classes.length,
      sha256_of_list: hashText(`${ids.join('\n')}\n`),
    },
    networks: results.map((result) => result.record),
    failed_images: results.reduce((sum, { report }) => sum + report.failures.length, 0),
    seconds: Math.round(performance.now() - began) / 1000,
  };
  await writeAtomically(join(out, 'run.json'), `${JSON.stringify(run, null, 2)}\n`);
  reporter.note(`results: ${out}`);
  return { rows, pairs, data, top, networks: results.map(({ report }) => report) };
}

/**
 * All networks are compiled before the first runs: what is refused is refused at once, not after an hour. They are
 * closed whatever happens.
 */
async function withExplainers<T>(
  config: BenchConfig,
  classes: readonly ClassInfo[],
  use: (explainers: readonly Explainer[]) => Promise<T>,
): Promise<T> {
  const explainers: Explainer[] = [];
  try {
    for (const network of config.networks) {
      const explainer = await compileNetwork(network, config);
      explainers.push(explainer);
      checkClasses(network, explainer.classCount, classes.length);
    }
    return await use(explainers);
  } finally {
    await Promise.all(explainers.map((explainer) => explainer.close()));
  }
}

function checkClasses({ name, model }: NetworkConfig, outputs: number, classes: number): void {
  const expected = classes + (model.background ? 1 : 0);
  if (outputs === expected) return;
  const advice =
    outputs === classes + 1
      ? 'if its first output is a background class, set model.background: true'
      : outputs === classes
        ? 'remove model.background, it has no background class'
        : 'choose the data set that it was trained for';
  throw new ConfigError(`network \`${name}\` has ${outputs} classes, the data set ${classes}; ${advice}`);
}

function compileNetwork({ model, methods }: NetworkConfig, config: BenchConfig): Promise<Explainer> {
  return createThreadedExplainer({
    model: model.onnx,
    requests: methods.map(({ name, layer }) => ({ method: name, ...(layer === undefined ? {} : { layer }) })),
    k: Math.max(...config.localization.top),
    classes: 'top',
    input: model.input.size,
    engine: config.engine,
    ...(config.threads === undefined ? {} : { threads: config.threads }),
    ...(model.layer === undefined ? {} : { layer: model.layer }),
  });
}

interface NetworkResult {
  readonly rows: readonly TableRow[];
  readonly pairs: readonly PairRow[];
  readonly report: NetworkReport;
  /** What run.json says about the network. */
  readonly record: unknown;
}

/** What all networks of a run share. */
interface Shared extends BenchmarkOptions {
  readonly dataset: Dataset;
  readonly ids: readonly string[];
  readonly paper: PaperTable;
  readonly images: AtomicWriter;
}

async function allNetworks(shared: Shared, explainers: readonly Explainer[]): Promise<NetworkResult[]> {
  const results: NetworkResult[] = [];
  for (const [index, network] of shared.loaded.config.networks.entries()) {
    results.push(await oneNetwork(shared, network, explainers[index]!));
  }
  return results;
}

function namedRows({ name, model }: NetworkConfig, explainer: Explainer, config: BenchConfig): NamedRow[] {
  const { localization } = config;
  const boxRule = describeBoxRule(localization);
  const shared = { network: name, paper: model.paper };
  return [
    ...explainer.outputs.map(({ method, layer }) => ({ ...shared, method, layer, boxRule })),
    { ...shared, method: 'center-box', layer: '', boxRule: centerBoxRule(localization) },
  ];
}

async function oneNetwork(
  shared: Shared,
  network: NetworkConfig,
  explainer: Explainer,
): Promise<NetworkResult> {
  const { dataset, ids, paper, images, reporter, out, overlays } = shared;
  const { config } = shared.loaded;
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
