import { join } from 'node:path';
import type { LoadedConfig } from '../config/load.js';
import { openDataset } from '../datasets/registry.js';
import { readPaperTable } from '../report/paper.js';
import type { DataLabel, PairRow, TableRow } from '../report/rows.js';
import { pairsCsv, tableCsv } from '../report/table-csv.js';
import type { Failure } from './batches.js';
import { dataLabel } from './data-label.js';
import { withExplainers } from './explainers.js';
import { AtomicWriter, hashText, makeFolder, writeAtomically } from './files.js';
import { imagesHead } from './image-rows.js';
import { type NetworkReport, type NetworkResult, oneNetwork } from './network-result.js';
import { checkPlan } from './plan.js';
import type { RunReporter } from './reporter.js';
import { versions } from './versions.js';

export interface BenchmarkOptions {
  readonly loaded: LoadedConfig;
  /** Folder of the results, made when it does not exist. */
  readonly out: string;
  /** How many images to write overlays for, per network. */
  readonly overlays: number;
  readonly reporter: RunReporter;
}

export interface BenchmarkResult {
  readonly rows: readonly TableRow[];
  readonly pairs: readonly PairRow[];
  readonly data: DataLabel;
  readonly top: readonly number[];
  readonly networks: readonly NetworkReport[];
  /** The images that could not be read, each once, however many networks met it. */
  readonly failures: readonly Failure[];
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
    await makeFolder(out);
    const images = await AtomicWriter.open(join(out, 'images.csv'));
    try {
      await images.write(imagesHead(config.localization.top));
      const shared = { ...options, config, dataset, ids, paper, images };
      const done: NetworkResult[] = [];
      for (const [index, network] of config.networks.entries()) {
        done.push(await oneNetwork(shared, network, explainers[index]!));
      }
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
  const failures = distinct(results.flatMap(({ report }) => report.failures));
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
    failed_images: failures.length,
    seconds: Math.round(performance.now() - began) / 1000,
  };
  await writeAtomically(join(out, 'run.json'), `${JSON.stringify(run, null, 2)}\n`);
  reporter.note(`results: ${out}`);
  return { rows, pairs, data, top, networks: results.map(({ report }) => report), failures };
}

function distinct(failures: readonly Failure[]): Failure[] {
  return [...new Map(failures.map((failure) => [failure.id, failure])).values()];
}
