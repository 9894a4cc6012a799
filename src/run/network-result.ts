import type { BenchConfig, NetworkConfig } from '../config/schema.js';
import type { Dataset } from '../datasets/sample.js';
import type { Explainer } from '../methods/explainer.js';
import type { LoadedImage } from './batches.js';
import { boxRules, centerBoxRule, describeBoxRule } from './boxes.js';
import { DataGuard } from './data-guard.js';
import { imageLines } from './image-rows.js';
import { inputSpec } from './input-spec.js';
import { type Entry, judgedEntry, type Spent } from './journal/entries.js';
import type { JournalWriter } from './journal/file.js';
import type { JudgedImage } from './judge.js';
import { runNetwork, type Timings } from './network.js';
import type { Work } from './pending.js';
import type { RunReporter } from './reporter.js';
import { RunOverlays } from './run-overlays.js';
import type { NamedRow } from './table.js';

/** What all networks of a run share. */
export interface SharedOptions {
  readonly config: BenchConfig;
  readonly out: string;
  readonly overlays: number;
  readonly reporter: RunReporter;
  readonly dataset: Dataset;
  readonly ids: readonly string[];
  readonly journal: JournalWriter;
  readonly stop?: AbortSignal | undefined;
}

/** The rows of the table that a network will have: one per output of its explainer, then the centre box. */
export function namedRows(network: NetworkConfig, explainer: Explainer, config: BenchConfig): NamedRow[] {
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

/** What is the same for all batches of a network, whoever runs them. */
export function networkBasis(
  { config, dataset, ids }: Pick<SharedOptions, 'config' | 'dataset' | 'ids'>,
  index: number,
  explainer: Explainer,
) {
  const { localization } = config;
  const network = config.networks[index]!;
  const names = namedRows(network, explainer, config);
  const run = {
    explainer,
    dataset,
    ids,
    localization,
    boxRules: boxRules(network, localization),
    input: inputSpec(network.model.input),
    background: network.model.background,
  };
  const entryOf = (position: number, image: LoadedImage, judged: JudgedImage) => {
    const lines = imageLines(names, image, judged, dataset.classes, localization.top);
    return judgedEntry(position, image.sample, judged, lines);
  };
  return { run, entryOf };
}

export function spentOf({ wall, network, waited, decode, evaluation }: Timings): Spent {
  const round = (value: number) => Math.round(value * 10) / 10;
  return [round(wall), round(network), round(waited), round(decode), round(evaluation)];
}

/** Runs one network over the images that are left, journals them batch by batch, and writes its pictures. */
export async function oneNetwork(
  shared: SharedOptions,
  index: number,
  work: Work,
  explainer: Explainer,
): Promise<void> {
  const { config, dataset, journal, reporter, out, overlays } = shared;
  const network = config.networks[index]!;
  const { run, entryOf } = networkBasis(shared, index, explainer);
  const pictures =
    overlays > 0
      ? await RunOverlays.open(out, network.name, overlays, dataset.classes, config.localization)
      : undefined;
  const guard = new DataGuard(config.dataset.root);
  let entries: Entry[] = [];
  reporter.networkStarted(network.name, work.positions.length);
  await runNetwork({
    ...run,
    positions: work.positions,
    batch: config.batch,
    stop: shared.stop,
    onImage: async (position, image, judged, maps) => {
      guard.sawImage(image.sample.imagePath);
      if (!work.known.has(position)) entries.push(entryOf(position, image, judged));
      await pictures?.add(image, judged, maps, explainer.outputs);
    },
    onBroken: () => guard.check(),
    onFailure: (at, failure) => {
      entries.push({ at, id: failure.id, failed: failure.message });
      reporter.failed(failure);
    },
    onBatch: async (done, spent) => {
      await journal.append({ kind: 'batch', network: index, images: entries, spent: spentOf(spent) });
      entries = [];
      reporter.advanced(done);
    },
  });
  reporter.networkFinished();
  if (!shared.stop?.aborted) await pictures?.finish(explainer.outputs.length);
}
