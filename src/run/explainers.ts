import { ConfigError } from '../base/errors.js';
import { modelFile } from '../config/model-file.js';
import type { BenchConfig, NetworkConfig } from '../config/schema.js';
import type { Dataset } from '../datasets/dataset.js';
import type { Needs } from '../eval/experiment.js';
import type { Explainer, ExplanationRequest } from '../explainer/explainer.js';
import { createThreadedExplainer } from '../explainer/threaded-explainer.js';
import { compiledCache } from '../fetch/cache.js';
import { type ClassMapping, checkClassCount, classMapping } from './class-mapping.js';
import type { CompiledNetwork } from './data-classes.js';
import { classPlaces } from './explained.js';
import { openMapsNetwork } from './maps-network.js';
import type { RunReporter } from './reporter.js';

/**
 * All networks are compiled before the first runs: what is refused is refused at once, not after an hour. They are
 * closed whatever happens.
 *
 * @param networks those to compile; `use` gets their explainers in this order
 */
export async function withExplainers<T>(
  config: BenchConfig,
  networks: readonly NetworkConfig[],
  data: Pick<Dataset, 'classes' | 'ids'>,
  needs: Needs,
  reporter: Pick<RunReporter, 'compiling'>,
  use: (explainers: readonly CompiledNetwork[]) => Promise<T>,
): Promise<T> {
  const explainers: CompiledNetwork[] = [];
  try {
    for (const network of networks) {
      if (network.maps !== undefined) {
        explainers.push(await openMapsNetwork(network, needs, data, config));
        continue;
      }
      reporter.compiling(network.name);
      const mapping = await classMapping(network, data.classes);
      const explainer = await compileNetwork(network, config, needs, mapping);
      explainers.push({ explainer, mapping });
      checkClassCount(network, explainer.classCount, mapping.networkClasses);
    }
    return await use(explainers);
  } finally {
    await Promise.all(explainers.map(({ explainer }) => explainer.close()));
  }
}

/** Says what was guessed of the networks, and what their maps may not show. */
export function noteExplainers(
  networks: readonly NetworkConfig[],
  compiled: readonly CompiledNetwork[],
  { note }: Pick<RunReporter, 'note'>,
): void {
  compiled.forEach(({ explainer }, i) => {
    for (const line of explainer.notes) note(`network \`${networks[i]!.name}\`: ${line}`);
  });
}

function compileNetwork(
  network: NetworkConfig,
  config: BenchConfig,
  needs: Needs,
  { groups, networkClasses }: ClassMapping & { readonly networkClasses: number },
): Promise<Explainer> {
  const { readings = [], accepts = [] } = needs;
  const isReading = ({ name }: { readonly name: string }) => accepts.includes(name);
  const methods = network.methods.filter((method) => !isReading(method));
  const named = network.methods.filter(isReading).map(({ name }) => name);
  if (named.length > 0 && network.model.input.resize === 'short-side') {
    throw new ConfigError(
      `network \`${network.name}\`: ${named[0]} takes one input size: set input.resize: warp or crop`,
    );
  }
  return createThreadedExplainer({
    ...explainerOptions({ ...network, methods }, config, networkClasses),
    readings: [...readings, ...named].map((reading) => ({ reading })),
    ...classPlaces(needs),
    ...(groups === undefined ? {} : { groups }),
    ...(needs.randomized === undefined ? {} : { randomized: needs.randomized }),
  });
}

export function requestsOf(methods: NetworkConfig['methods']): readonly ExplanationRequest[] {
  return methods.map(({ name, layer, contrast }) => ({
    method: name,
    ...(layer === undefined ? {} : { layer }),
    ...(contrast === undefined ? {} : { contrast }),
  }));
}

/**
 * What a network's explainer is made with, but for the classes that it explains.
 * @param classes how many of the network's classes are known, a background class not counted
 */
function explainerOptions(network: NetworkConfig, config: BenchConfig, classes: number) {
  const { model, methods } = network;
  const cache = compiledCache(process.env);
  return {
    ...(cache === undefined ? {} : { cache }),
    model: modelFile(network),
    choice: {
      score: model.score,
      output: model.output,
      classes: classes + (model.background ? 1 : 0),
    },
    requests: requestsOf(methods),
    input: model.input.size,
    ...(model.input.resize === 'short-side' ? { anySize: true } : {}),
    engine: config.engine,
    ...(config.provider === undefined ? {} : { provider: config.provider }),
    ...(config.threads === undefined ? {} : { threads: config.threads }),
    ...(model.layer === undefined ? {} : { layer: model.layer }),
  };
}
