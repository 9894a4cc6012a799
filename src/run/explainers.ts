import type { BenchConfig, NetworkConfig } from '../config/schema.js';
import type { ClassInfo } from '../datasets/sample.js';
import { ConfigError } from '../errors.js';
import type { Explainer } from '../methods/explainer.js';
import { createThreadedExplainer } from './threaded-explainer.js';

/**
 * All networks are compiled before the first runs: what is refused is refused at once, not after an hour. They are
 * closed whatever happens.
 *
 * @param networks those to compile; `use` gets their explainers in this order
 */
export async function withExplainers<T>(
  config: BenchConfig,
  networks: readonly NetworkConfig[],
  classes: readonly ClassInfo[],
  use: (explainers: readonly Explainer[]) => Promise<T>,
): Promise<T> {
  const explainers: Explainer[] = [];
  try {
    for (const network of networks) {
      const explainer = await compileNetwork(network, config);
      explainers.push(explainer);
      checkClasses(network, explainer.classCount, classes.length);
    }
    return await use(explainers);
  } finally {
    await Promise.all(explainers.map((explainer) => explainer.close()));
  }
}

/** @throws ConfigError when the network's classes are not the data set's */
export function checkClasses({ name, model }: NetworkConfig, outputs: number, classes: number): void {
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

function compileNetwork(network: NetworkConfig, config: BenchConfig): Promise<Explainer> {
  const k = Math.max(...config.localization.top);
  return createThreadedExplainer({ ...explainerOptions(network, config), k, classes: 'top' });
}

/** What a network's explainer is made with, but for the classes that it explains. */
export function explainerOptions({ model, methods }: NetworkConfig, config: BenchConfig) {
  return {
    model: model.onnx,
    requests: methods.map(({ name, layer, contrast }) => ({
      method: name,
      ...(layer === undefined ? {} : { layer }),
      ...(contrast === undefined ? {} : { contrast }),
    })),
    input: model.input.size,
    engine: config.engine,
    ...(config.provider === undefined ? {} : { provider: config.provider }),
    ...(config.threads === undefined ? {} : { threads: config.threads }),
    ...(model.layer === undefined ? {} : { layer: model.layer }),
  };
}
