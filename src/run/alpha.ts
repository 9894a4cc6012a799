import { ConfigError } from '../base/errors.js';
import type { LoadedConfig } from '../config/load.js';
import { modelFile } from '../config/model-file.js';
import type { NetworkConfig } from '../config/schema.js';
import { ALPHAS, AlphaSearch } from '../eval/boxes/alpha-search.js';
import { ALPHA_NEEDS, tryAlphas } from '../experiments/localization/alpha-search.js';
import { withExperiment } from '../experiments/registry.js';
import {
  type AlphaRow,
  type AlphasFile,
  alphaSettings,
  explanationKeys,
  isSearched,
  smoothOf,
} from './alphas-file.js';
import type { CompiledNetwork } from './data-classes.js';
import { DataGuard } from './data-guard.js';
import { noteEngine } from './engine-choice.js';
import { noteExplainers, withExplainers } from './explainers.js';
import { hashFile } from './files.js';
import { runNetwork } from './network.js';
import { networkRun, type RunImages } from './network-basis.js';
import type { RunReporter } from './reporter.js';
import { openData } from './run-input.js';
import { RunStopped } from './run-stopped.js';
import { truthNotes } from './truth-needs.js';

interface AlphaOptions {
  readonly loaded: LoadedConfig;
  /** Path of the list of held-out ids. */
  readonly images: string;
  readonly reporter: RunReporter;
  /** Once aborted, the batch at work is finished, and RunStopped thrown. */
  readonly stop?: AbortSignal | undefined;
}

/**
 * Searches α for every method with `alpha: search`, on held-out images: the one whose boxes, round the maps of the images'
 * *true* classes, are wrong least often. The networks run as in `bench run`.
 *
 * @throws ConfigError when nothing is to be searched, RunStopped, BenchError for what the user can mend
 */
export async function searchAlphas(options: AlphaOptions): Promise<AlphasFile> {
  const { reporter } = options;
  const { dataset, loaded, passedOver } = await openData(searchedOnly(options));
  truthNotes('the search of α', ALPHA_NEEDS, dataset);
  const { config } = loaded;
  if (config.dataset.limit !== undefined) {
    reporter.note(`dataset.limit is bench run's: α is searched on all ${dataset.ids.length} held-out images`);
  }
  const data = { config, dataset, ids: dataset.ids };
  return withExplainers(config, config.networks, dataset, ALPHA_NEEDS, reporter, async (compiled) => {
    noteEngine(config, compiled[0]!.explainer, passedOver, reporter);
    noteExplainers(config.networks, compiled, reporter);
    const rows: AlphaRow[] = [];
    for (const [index, one] of compiled.entries())
      rows.push(...(await searchNetwork(options, data, index, one)));
    return {
      format: 1,
      settings: alphaSettings(config.localization),
      tried: [...ALPHAS],
      found: rows,
      images: [...dataset.ids],
    };
  });
}

/** The configuration with the methods whose α is searched, and the held-out images for its data. @throws ConfigError */
function searchedOnly({ loaded, images }: AlphaOptions): LoadedConfig {
  const config = withExperiment(loaded.config);
  const networks = config.networks.flatMap((network) => {
    const methods = network.methods.filter(isSearched);
    if (methods.length > 0) modelFile(network);
    return methods.length === 0 ? [] : [{ ...network, methods }];
  });
  if (networks.length === 0) {
    throw new ConfigError(
      `${loaded.path}: no method asks for it; write { name: …, box: { rule: mean, alpha: search } }`,
    );
  }
  return { ...loaded, config: { ...config, networks, dataset: { ...config.dataset, images } } };
}

async function searchNetwork(
  { reporter, stop }: AlphaOptions,
  data: RunImages,
  index: number,
  compiled: CompiledNetwork,
): Promise<AlphaRow[]> {
  const { config, ids } = data;
  const network = config.networks[index]!;
  const methods = network.methods.map((method) => ({
    method,
    smooth: smoothOf(method, config.localization),
    search: new AlphaSearch(),
  }));
  const guard = new DataGuard(config.dataset.root, 'bring the data back, and give the same command again');
  reporter.networkStarted(network.name, ids.length);
  await runNetwork({
    ...networkRun(data, ALPHA_NEEDS, index, compiled),
    positions: [...ids.keys()],
    batch: config.batch,
    stop,
    onImage: (_position, { sample }, image) => {
      guard.sawImage(sample.imagePath);
      tryAlphas(image, config.localization, methods);
    },
    onBroken: () => guard.check(),
    onFailure: (_position, failure) => reporter.failed(failure),
    onBatch: (done) => reporter.advanced(done),
  });
  reporter.networkFinished();
  if (stop?.aborted) throw new RunStopped('stopped: no α was written; the same command starts over');
  const model = await hashFile(modelFile(network));
  return methods.map(({ method, smooth, search }) => rowOf(network, model, method, smooth, search));
}

function rowOf(
  { name, model }: NetworkConfig,
  hash: string,
  method: NetworkConfig['methods'][number],
  smooth: number,
  search: AlphaSearch,
): AlphaRow {
  const best = search.best();
  if (best === undefined) {
    throw new ConfigError('none of the held-out images has a true box to search α with');
  }
  const { layer, contrast } = method;
  return {
    ...{ network: name, model: hash, explained: explanationKeys(model), method: method.name },
    ...(layer === undefined ? {} : { layer }),
    ...(contrast === undefined ? {} : { contrast }),
    smooth,
    ...best,
  };
}
