import { ConfigError } from '../base/errors.js';
import type { LoadedConfig } from '../config/load.js';
import { chooseEngine, describeDevice, engineNamed } from '../engines/registry.js';
import type { Explainer } from '../explainer/explainer.js';

/** An engine that leaves nothing open. */
export interface SettledEngine {
  readonly engine: string;
  /** onnxruntime's, unless it is the one that it takes anyway. */
  readonly provider?: string;
  /** Why each better engine was passed over. */
  readonly passedOver: readonly string[];
}

/** A configuration whose engine leaves nothing open: two machines that agree in it compute the same numbers. */
export interface SettledConfig extends Pick<SettledEngine, 'passedOver'> {
  readonly loaded: LoadedConfig;
}

/**
 * What `auto` and `tfjs` are on this machine.
 * @throws ConfigError for an engine that there is none of, EngineError for one that cannot run here
 */
export async function settledEngine(engine: string, provider: string | undefined): Promise<SettledEngine> {
  if (provider !== undefined && engine.startsWith('tfjs')) {
    throw new ConfigError(
      `provider: ${provider} belongs to onnxruntime, the engine is ${engine}: remove one of them`,
    );
  }
  const { name } = engineNamed(engine);
  const chosen = await chooseEngine(name, provider);
  // `cpu` is what onnxruntime takes when nothing is said.
  const named = provider === undefined || provider === 'cpu' ? {} : { provider };
  return { engine: chosen.name, ...named, passedOver: chosen.passedOver };
}

/**
 * Replaces `auto` and `tfjs` by what they are on this machine, so that a journal begun on one engine is never gone on
 * with on another.
 * @throws what `settledEngine` throws
 */
export async function settleEngine(loaded: LoadedConfig): Promise<SettledConfig> {
  const { engine, provider, ...rest } = loaded.config;
  const { passedOver, ...settled } = await settledEngine(engine, provider);
  return { loaded: { ...loaded, config: { ...rest, ...settled } }, passedOver };
}

/** The line that says what computes and why nothing better does. */
export function banner(
  { device }: Pick<Explainer, 'device'>,
  { passedOver }: Pick<SettledEngine, 'passedOver'>,
): string {
  return `engine: ${describeDevice(device, passedOver)}`;
}
